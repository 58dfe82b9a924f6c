"""Libraries that no DT_NEEDED names: what glibc and the program open at run time."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from linkcheck.advise.cneeds import alternatives
from linkcheck.images.root import NoEntry, Root
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.library import LibraryView, SharedObject
from linkcheck.model.needs import Need

NSSWITCH: Final = "/etc/nsswitch.conf"
# what glibc takes where there is no file (nss/nss_database.c, `nss_database_select_default`)
NO_NSSWITCH: Final = b"passwd: files\ngroup: files\nhosts: files dns\n"
_DATABASES: Final = ("hosts", "passwd", "group")
# the sources that libc.so.6 has built in: both since 2.34 (NEWS of glibc 2.34)
_BUILT_IN: Final = frozenset({"files", "dns"})
_BUILT_IN_SINCE: Final = (2, 34)
_ICONV: Final = "iconv_open"
_SONAME: Final = re.compile(rb"lib[A-Za-z0-9_+-]{1,60}\.so(?:\.[0-9]{1,4}){1,3}")
_MAX_NAMED: Final = 16


class Wish(NamedTuple):
    """Any one of `sonames` will do; `why` says who opens it."""

    sonames: tuple[str, ...]
    why: str


def wishes(
    facts: BinaryFacts, needs: Sequence[Need], root: Root, view: LibraryView
) -> Iterator[Wish]:
    """What may be opened, by the program's needs and the NSS configuration of the root."""
    if asks_libc_for_names(facts, needs):
        yield from _name_service(facts, root, view)
    for need in needs:
        if need.kind == "library" and need.when == "run":
            yield Wish(
                alternatives(need), need.evidence[0] if need.evidence else "opened by itself"
            )


def asks_libc_for_names(facts: BinaryFacts, needs: Sequence[Need]) -> bool:
    """Whether glibc's name service switch answers for hosts or users; only in dynamic programs."""
    if facts.libc.family != "glibc" or facts.elf is None or facts.elf.interpreter is None:
        return False
    by_libc = facts.go is None or bool(facts.go.cgo_packages)
    return by_libc and any(need.kind in ("nss", "users") for need in needs)


def named_libraries(facts: BinaryFacts, data: mmap.mmap) -> list[str]:
    """Sonames that stand in a program which calls dlopen: a hint, as nothing says it opens them."""
    elf, go = facts.elf, facts.go
    called = elf is not None and any(symbol.name == "dlopen" for symbol in elf.undefined)
    called = called or any("dlopen" in p.functions for p in (go.cgo_packages if go else ()))
    if elf is None or not called:
        return []
    found = dict.fromkeys(match.group().decode() for match in _SONAME.finditer(data))
    return [name for name in found if name not in elf.needed][:_MAX_NAMED]


def uses_iconv(facts: BinaryFacts) -> bool:
    """Whether the program itself converts between character sets, which takes gconv modules."""
    return facts.elf is not None and any(s.name == _ICONV for s in facts.elf.undefined)


def _name_service(facts: BinaryFacts, root: Root, view: LibraryView) -> Iterator[Wish]:
    built_in = _BUILT_IN if _has_them_built_in(facts, view) else frozenset[str]()
    raw = root.read(NSSWITCH)
    text = (NO_NSSWITCH if isinstance(raw, NoEntry) else raw).decode("utf-8", "replace")
    users: dict[str, list[str]] = {}
    for line in text.splitlines():
        database, _, sources = line.partition("#")[0].partition(":")
        if database.strip() in _DATABASES:
            for source in sources.split():
                if source.isalnum() and source not in built_in:
                    users.setdefault(source, []).append(database.strip())
    for source, databases in users.items():
        yield Wish(
            (f"libnss_{source}.so.2",), f"{NSSWITCH}: {source} for {' and '.join(databases)}"
        )


def _has_them_built_in(facts: BinaryFacts, view: LibraryView) -> bool:
    opened = view.open(facts.elf.interpreter or "") if facts.elf is not None else None
    if not isinstance(opened, SharedObject):
        return False
    release = view.glibc_release(opened)
    return isinstance(release, tuple) and release >= _BUILT_IN_SINCE
