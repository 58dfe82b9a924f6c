"""What goes into a bundle, and the proof on paper that it suffices."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from linkcheck.advise import judge, needs_of
from linkcheck.binary.read import read_bytes
from linkcheck.errors import NotAProgramError, UnreadableFileError, UsageError
from linkcheck.images.observe import observe
from linkcheck.images.root import CopyableRoot
from linkcheck.images.root_view import RootView
from linkcheck.loader import load
from linkcheck.model.bundle import PROGRAM, LeftOut, Licence
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.provides import BaseImage
from linkcheck.model.verdicts import Verdict
from linkcheck.ship.accounts import Accounts, accounts_for
from linkcheck.ship.files import take_data, take_settings
from linkcheck.ship.ldcache import write_ld_cache
from linkcheck.ship.libraries import OPTIONS, Library, closure, with_needed
from linkcheck.ship.opened import Wish, named_libraries, wishes
from linkcheck.ship.owners import licences_of
from linkcheck.ship.shipment import Shipment
from linkcheck.ship.taking import Taker

TITLE: Final = "the bundle"
_BLOCK: Final = 1 << 20


class Source(NamedTuple):
    """A root under the REF that the user gave."""

    ref: str
    root: CopyableRoot


class Wanted(NamedTuple):
    """What the user asks for beside what the program shows.

    `also` are sonames, or paths of the root; `user` is as `accounts_for` takes it.
    """

    also: tuple[str, ...] = ()
    user: str | None = None
    licences: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What `plan_bundle` came to. `opened` are the sonames that are opened at run time."""

    shipment: Shipment
    facts: BinaryFacts
    accounts: Accounts
    left_out: tuple[LeftOut, ...]
    licences: tuple[Licence, ...]
    verdict: Verdict
    opened: tuple[str, ...]


def plan_bundle(program: Path, sources: Sequence[Source], wanted: Wanted) -> Plan:
    """Snapshot the program and what it needs of the first source; of the others only data.

    The caller closes `Plan.shipment`. Raises what `read_facts` raises for the program, BadRootError
    for files of a root that can't be taken, and UsageError where the program does not start in
    the first source, or would not in the bundle.
    """
    shipment = Shipment()
    try:
        return _Planner(program, sources, wanted, shipment).plan()
    except BaseException:
        shipment.close()
        raise


class _Planner:
    def __init__(
        self, program: Path, sources: Sequence[Source], wanted: Wanted, shipment: Shipment
    ) -> None:
        self._wanted = wanted
        self._shipment = shipment
        self._takers = [Taker(source.root, source.ref, shipment) for source in sources]
        self._root, self._ref = sources[0].root, sources[0].ref
        self._view = RootView(self._root)
        self._left: list[LeftOut] = []
        self._facts = snapshot(program, shipment)
        self._needs = needs_of(self._facts)

    def plan(self) -> Plan:
        accounts = accounts_for(self._wanted.user, self._root)
        result, _ = closure(self._facts, self._view)
        if result.refusals or result.doubts:
            first = (*result.refusals, *result.doubts)[0]
            raise UsageError(
                f"{self._facts.path} does not start in {self._ref}: {first.reason}",
                next_step="take files from a base where it runs (`linkcheck analyze` names some)",
            )
        opened = self._opened()
        self._hints(opened)
        _, libraries = closure(self._facts, self._view, opened)
        for library in libraries:
            self._takers[0].take(library.path, library.why)
        self._also_paths()
        self._cache(libraries)
        self._left += take_settings(
            self._takers[0], self._shipment, self._facts, self._needs, accounts
        )
        self._left += take_data(self._takers, self._needs)
        licences = self._licences()
        verdict = self._judged(opened)
        return Plan(
            self._shipment, self._facts, accounts, tuple(self._left), licences, verdict, opened
        )

    def _opened(self) -> tuple[str, ...]:
        """The sonames that are opened at run time, as far as the root has them."""
        asked = [Wish((name,), "--also") for name in self._wanted.also if "/" not in name]
        chosen: list[str] = []
        for wish in (*wishes(self._facts, self._needs, self._root, self._view), *asked):
            for soname in wish.sonames:
                result, _ = closure(self._facts, self._view, (*chosen, soname))
                if not result.refusals and not result.doubts:
                    chosen.append(soname)
                    break
            else:
                names = " or ".join(wish.sonames)
                if wish.why == "--also":
                    raise UsageError(
                        f"--also {names}: {self._ref} has no such library for this program",
                        next_step="name one that it has, or its path",
                    )
                self._left.append(LeftOut(names, f"{wish.why}; not in {self._ref}"))
        return tuple(chosen)

    def _hints(self, opened: Sequence[str]) -> None:
        with self._shipment.mapped(PROGRAM) as data:
            named = named_libraries(self._facts, data)
        for soname in named:
            result, _ = closure(self._facts, self._view, (*opened, soname))
            if soname not in opened and not result.refusals and not result.doubts:
                why = f"the program calls dlopen and has this name in it; perhaps --also {soname}"
                self._left.append(LeftOut(soname, why))

    def _also_paths(self) -> None:
        for path in (name for name in self._wanted.also if "/" in name):
            entry = self._root.entry(path)
            if getattr(entry, "kind", "") == "directory":
                passed = self._takers[0].take_tree(path, "--also")
                self._left += [LeftOut(name, "no file that can be taken") for name in passed]
            else:
                self._takers[0].take(path, "--also")

    def _cache(self, libraries: Sequence[Library]) -> None:
        """What the loader found by the root's cache alone it must find by one in the bundle."""
        entries = self._view.ld_cache()
        if not isinstance(entries, tuple) or self._starts_on_paper():
            return
        paths = {library.path for library in libraries}
        kept = [e for e in entries if e.path in paths and e.hwcap is None]
        order = self._facts.elf.byte_order if self._facts.elf is not None else "little"
        self._shipment.add_file(
            "/etc/ld.so.cache",
            0o644,
            (write_ld_cache(kept, order),),
            "the loader finds libraries outside of its default folders by it",
        )

    def _starts_on_paper(self) -> bool:
        return not load(self._facts, RootView(self._shipment.root(TITLE)), OPTIONS).refusals

    def _licences(self) -> tuple[Licence, ...]:
        taken = [p.path for p in self._shipment.pieces if p.kind == "file" and p.origin]
        licences: dict[tuple[str, str], Licence] = {}
        for taker in self._takers:
            mine = [p.path for p in self._shipment.pieces if p.origin == taker.ref]
            found, homeless = licences_of(taker.root, [path for path in taken if path in set(mine)])
            for licence in found:
                licences[taker.ref, licence.package] = licence
                if self._wanted.licences and licence.text.startswith("/"):
                    taker.take(licence.text, f"licence of {licence.package}")
            self._left += _untold(homeless, taker.ref)
        return tuple(licences[key] for key in sorted(licences))

    def _judged(self, opened: Sequence[str]) -> Verdict:
        """The verdict on the program in what was collected. Raises UsageError for no start."""
        root = self._shipment.root(TITLE)
        view = RootView(root)
        base = BaseImage(TITLE, TITLE, TITLE, observe(root, view), "root")
        result = load(with_needed(self._facts, opened), view, OPTIONS)
        here = {piece.path.rsplit("/", 1)[-1] for piece in self._shipment.pieces}
        verdict = judge(self._facts, self._needs, base, result, has_library=here.__contains__)
        if result.refusals or result.doubts:
            raise UsageError(
                f"{self._facts.path} would not start in the bundle: {verdict.reason}",
                next_step="add what is missing with --also",
            )
        return verdict


def _untold(homeless: Sequence[str], ref: str) -> Iterator[LeftOut]:
    if homeless:
        shown = ", ".join(homeless[:3]) + (f" and {len(homeless) - 3} more" if homeless[3:] else "")
        yield LeftOut("a licence for " + shown, f"no package of {ref} has it")


def snapshot(program: Path, shipment: Shipment) -> BinaryFacts:
    """The program as the first file of the shipment, and what that very copy says of itself.

    Raises what `read_facts` raises.
    """
    try:
        with program.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableFileError(
                    f"{program}: not a regular file", next_step="name a program file"
                )
            if status.st_size == 0:
                raise NotAProgramError(f"{program}: the file is empty", next_step="build it again")
            mode = 0o755  # whatever the umask was where it was built
            chunks = iter(lambda: file.read(_BLOCK), b"")
            shipment.add_file(PROGRAM, mode, chunks, "the program")
    except OSError as error:
        raise UnreadableFileError(
            f"{program}: {error.strerror or error}", next_step="name a program file"
        ) from error
    with shipment.mapped(PROGRAM) as data:
        return read_bytes(str(program), data, len(data))._replace(mode=mode)
