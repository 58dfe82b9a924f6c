"""One image for one program: what its base lacks added, judged in the files that it will have."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, cast

from linkcheck.errors import UsageError
from linkcheck.images.image_base import ImageBase, ImageRoot
from linkcheck.images.image_settings import ImageSettings, read_settings
from linkcheck.images.root import Entry, NoEntry
from linkcheck.images.tree import Tree
from linkcheck.model.bundle import PROGRAM, LeftOut, Piece
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.needs import Need, NeedKind
from linkcheck.model.verdicts import Verdict
from linkcheck.pipeline.imagechanges import changed
from linkcheck.pipeline.imageentry import Started, started_by
from linkcheck.pipeline.imagejudge import FilesBase, fits, judge_facts, read_inside
from linkcheck.ship.accounts import Accounts, accounts_for
from linkcheck.ship.archive import pack_layer
from linkcheck.ship.blobs import Layer, layers_of, new_layer
from linkcheck.ship.files import take_data
from linkcheck.ship.image import Image, Settings, assemble, configured, labels_for
from linkcheck.ship.opened import NO_NSSWITCH, NSSWITCH, asks_libc_for_names
from linkcheck.ship.overlay import lay_over
from linkcheck.ship.plan import Source, snapshot
from linkcheck.ship.shipment import Shipment
from linkcheck.ship.taking import Taker

SCRATCH: Final = "scratch"
_DATA: Final[frozenset[NeedKind]] = frozenset({"ca-certificates", "tzdata"})
_ROOTS: Final = frozenset({"", "0", "root"})


class Base(NamedTuple):
    """What an image stands on; `image` is None for scratch. `name` and `digest` are for labels."""

    ref: str
    image: ImageBase | None
    name: str | None = None
    digest: str | None = None


class Wanted(NamedTuple):
    """What the user asks for, the same for every program."""

    sources: tuple[Source, ...] = ()
    user: str | None = None
    labels: Mapping[str, str] = {}
    env: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    force: bool = False
    compress: bool = True
    mtime: int = 0


class Part(NamedTuple):
    """An image with all that is known of it; `tree` holds its files, `facts` its program.

    The layers of `base` are open as long as this is kept.
    """

    program: Path
    base: Base
    image: Image
    facts: BinaryFacts
    verdict: Verdict
    settings: ImageSettings
    started: Started
    tree: Tree
    added: tuple[Piece, ...]
    left_out: tuple[LeftOut, ...]


def make_part(
    program: Path,
    shipment: Shipment,
    facts: BinaryFacts,
    base: Base,
    wanted: Wanted,
    keep: ExitStack,
) -> Part:
    """The image of `program`, which `shipment` holds already, on `base`; `keep` closes its layers.

    Raises UsageError where it would not start, or lacks what no --from has, and what the readers
    of the base raise.
    """
    return _Maker(program, shipment, facts, base, wanted).part(keep)


class _Maker:
    def __init__(
        self, program: Path, shipment: Shipment, facts: BinaryFacts, base: Base, wanted: Wanted
    ) -> None:
        self._program = program
        self._shipment = shipment
        self._facts = facts._replace(path=PROGRAM)
        self._base = base
        self._wanted = wanted
        self._config: Mapping[str, Any] = {} if base.image is None else base.image.stored.config
        self._below = read_settings(self._config, base.ref)
        self._root = ImageRoot(Tree(), base.ref) if base.image is None else base.image.root
        self._below = self._below._replace(platform=self._below.platform or facts.platform)
        self._left: list[LeftOut] = []

    def part(self, keep: ExitStack) -> Part:
        self._check_platform()
        accounts = self._add()
        laid = lay_over(self._root.tree, self._shipment)
        config = self._configured(accounts)
        settings = read_settings(config, self._base.ref)
        self._check_user(settings)
        verdict, started = self._judged(settings)
        spool = tempfile.TemporaryFile()  # noqa: SIM115 -- the layer lives as long as `keep`
        file = cast(IO[bytes], keep.enter_context(spool))
        pack_layer(laid, self._shipment, file, self._wanted.mtime)
        layer = new_layer(file, compress=self._wanted.compress)
        image = assemble(self._layers(), layer, config, self._wanted.mtime, "linkcheck image build")
        added = tuple(p for p in self._shipment.pieces if p.kind != "folder" or p.why)
        return Part(
            self._program,
            self._base,
            image,
            self._facts,
            verdict,
            settings,
            started,
            self._root.tree,
            added,
            tuple(self._left),
        )

    def _check_platform(self) -> None:
        if not fits(self._facts.platform, self._below.platform):
            raise UsageError(
                f"{self._program} is for {self._facts.platform}, {self._base.ref} for "
                f"{self._below.platform}",
                next_step="name a base of that platform, or an oci-dir: with an index of several",
            )

    def _add(self) -> Accounts:
        """Put into the shipment what the base lacks. Raises UsageError for what nobody has."""
        base = FilesBase(self._root, self._base.ref, self._below)
        bare = judge_facts(self._facts, base)
        self._refuse(bare.verdict)
        lacks = {need.kind for need in bare.verdict.unmet}
        self._add_data([need for need in bare.needs if need.kind in lacks & _DATA])
        if "tmp" in lacks:
            self._shipment.add_folder("/tmp", 0o1777, "temporary files")
        accounts = accounts_for(self._user(), self._root)
        if isinstance(self._root.entry("/etc/passwd"), NoEntry):
            why = "users: root, nobody, and its own"
            self._shipment.add_file("/etc/passwd", 0o644, (accounts.passwd,), why)
            if isinstance(self._root.entry("/etc/group"), NoEntry):
                self._shipment.add_file("/etc/group", 0o644, (accounts.group,), "their groups")
        if asks_libc_for_names(self._facts, bare.needs) and isinstance(
            self._root.entry(NSSWITCH), NoEntry
        ):
            why = "where glibc looks up names and users"
            self._shipment.add_file(NSSWITCH, 0o644, (NO_NSSWITCH,), why)
        return accounts

    def _add_data(self, needs: Sequence[Need]) -> None:
        takers = [Taker(s.root, s.ref, self._shipment) for s in self._wanted.sources]
        missing = [
            left for left in take_data(takers, needs) if left.what in ("CA bundle", "time zones")
        ]
        if missing and not self._wanted.force:
            names = " and ".join(left.what for left in missing)
            raise UsageError(
                f"{self._program} needs {names}, which {self._base.ref} has not",
                next_step="name an image or root that has them with --from, or --force",
            )
        self._left += missing

    def _user(self) -> str | None:
        """--user; else the base's, unless that is root; else one that the base knows."""
        if self._wanted.user is not None:
            return self._wanted.user
        if self._below.user.partition(":")[0] not in _ROOTS:
            return self._below.user
        raw = self._root.read("/etc/passwd")
        known = "" if isinstance(raw, NoEntry) else raw.decode("utf-8", "replace")
        names = [line.partition(":")[0] for line in known.splitlines()]
        return next((name for name in ("nonroot", "nobody") if name in names), None)

    def _configured(self, accounts: Accounts) -> dict[str, Any]:
        settings = Settings(
            platform=self._facts.platform,
            entrypoint=(PROGRAM,),
            user=f"{accounts.uid}:{accounts.gid}",
            labels={
                **labels_for(
                    self._facts._replace(path=str(self._program)),
                    self._base.name,
                    self._base.digest,
                ),
                **self._wanted.labels,
            },
            created=self._wanted.mtime,
            env=self._wanted.env,
        )
        config = configured(self._config, settings)
        inner = changed(config["config"], self._wanted.changes, self._has)
        return {**config, "config": inner}

    def _has(self, path: str) -> bool:
        entry = self._root.entry(path)
        return isinstance(entry, Entry) and entry.kind == "file"

    def _check_user(self, settings: ImageSettings) -> None:
        """Raises UsageError for a name that the image can't resolve: it would not start."""
        user = settings.user.partition(":")[0]
        if user and not user.isdecimal():
            accounts_for(user, self._root)

    def _judged(self, settings: ImageSettings) -> tuple[Verdict, Started]:
        """The verdict on the program in the finished files, and on all that the image starts."""
        base = FilesBase(self._root, self._base.ref, settings)
        verdict = judge_facts(self._facts, base).verdict
        self._refuse(verdict)
        started = started_by(self._root, settings)
        if started.refusal:
            raise UsageError(
                f"the image would not start: {started.refusal}", next_step="mend --change"
            )
        for step in started.steps:
            if step.path != PROGRAM:
                facts = read_inside(self._root, step.path)
                self._refuse(judge_facts(facts, base).verdict)
        return verdict, started

    def _refuse(self, verdict: Verdict) -> None:
        if verdict.answer == "fails":
            fix = verdict.fix or "name another --base, or see `linkcheck bundle`"
            raise UsageError(
                f"{self._program} would not start: {verdict.reason}",
                next_step="" if verdict.reason.endswith(fix) else fix,
            )
        if verdict.answer == "unknown" and not self._wanted.force:
            raise UsageError(
                f"{self._program}: whether it starts can't be told: {verdict.reason}",
                next_step="name another --base, or use --force",
            )

    def _layers(self) -> tuple[Layer, ...]:
        if self._base.image is None:
            return ()
        image = self._base.image
        return layers_of(image.stored, image.plain, self._base.ref)


def read_program(program: Path, keep: ExitStack) -> tuple[Shipment, BinaryFacts]:
    """A new shipment with the program, which `keep` closes, and the program's facts.

    Raises what `read_facts` raises.
    """
    shipment = Shipment()
    keep.callback(shipment.close)
    return shipment, snapshot(program, shipment)
