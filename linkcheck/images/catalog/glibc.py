"""glibc as of one release: its libraries, their version nodes and symbols.

Read from one table an architecture (tools/harvest/glibc.py explains its lines). A version node
carries the release that introduced it, so the newest table tells of every older release what it
lacks; names that moved between libraries (into libc in 2.34) have spans of releases.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from linkcheck.images.catalog import tables
from linkcheck.model.provides import UNKNOWN, MaybeUnknown

PRIVATE: Final = "GLIBC_PRIVATE"
_NODE: Final = re.compile(r"GLIBC_(\d+(?:\.\d+)+)\Z")
_MERGE: Final = (2, 34)  # the release that made one library of many (NEWS 2.34)


class _Row:
    """One line of a table; the names are split when first asked for."""

    __slots__ = ("_names", "_text", "hidden", "introduced", "node", "span")

    def __init__(self, line: str) -> None:
        _, self.node, start, before, flag, self._text = (f"{line} ").split(" ", 5)
        self.span = (start, before)
        self.hidden = flag == "h"
        self.introduced = node_release(self.node)
        self._names: frozenset[str] | None = None

    @property
    def names(self) -> frozenset[str]:
        if self._names is None:
            self._names = frozenset(self._text.split())
        return self._names

    def active(self, release: tuple[int, int]) -> bool:
        return self.introduced <= release and tables.active(*self.span, release)


class GlibcExports:
    """`Exports` of one glibc library: exact, but for what stands at GLIBC_PRIVATE."""

    __slots__ = ("_answers", "_ever", "_first", "_later", "_rows")

    def __init__(self, library: str, machine: str, release: tuple[int, int]) -> None:
        rows = _rows(machine, library)
        self._rows = tuple(row for row in rows if row.active(release))
        self._ever = frozenset(row.node for row in rows)
        self._later = tuple(row for row in rows if row.introduced > release and not row.hidden)
        self._first = min((row.introduced for row in self._rows if row.introduced), default=())
        self._answers: dict[tuple[str, str | None], bool | MaybeUnknown] = {}

    @property
    def nodes(self) -> frozenset[str]:
        """The version nodes that the library defines."""
        return frozenset(row.node for row in self._rows if row.node != "-")

    def also(self, nodes: tuple[str, ...]) -> frozenset[str]:
        """Those of `nodes` that some release of the library has: candidates for a backport."""
        return self._ever & frozenset(nodes)

    def defines(self, name: str, version: str | None) -> bool | MaybeUnknown:
        """See `Exports.defines`. Programs ask for the same few hundred symbols again and again."""
        asked = (name, version)
        answer = self._answers.get(asked)
        if answer is None:
            answer = self._by_default(name) if version is None else self._at(name, version)
            self._answers[asked] = answer
        return answer

    def _at(self, name: str, version: str) -> bool | MaybeUnknown:
        found = False
        for row in self._rows:
            if row.node == version:
                if version == PRIVATE:
                    return UNKNOWN
                found = found or name in row.names
            elif row.node == "-" and not row.hidden:
                found = found or name in row.names
        return found

    def names(self, name: str) -> bool | MaybeUnknown:
        """See `Exports.names`."""
        return self._shown([row for row in self._rows if name in row.names], name)

    def _by_default(self, name: str) -> bool:
        rows = [row for row in self._rows if name in row.names]
        return any(row.introduced <= self._first for row in rows) or self._shown(rows, name)

    def _shown(self, rows: list[_Row], name: str) -> bool:
        if any(not row.hidden for row in rows):
            return True
        # Hidden in the harvest because of a newer version: the default before that one came.
        return bool(rows) and any(name in row.names for row in self._later)


def node_release(node: str) -> tables.Release:
    """The release that introduced a version node; () for those without a number."""
    match = _NODE.match(node)
    return tables.release(match[1]) if match else ()


def libraries(machine: str, release: tuple[int, int]) -> tuple[str, ...]:
    """The sonames that a full glibc of that release installs on that machine."""
    return tuple(
        library
        for library, rows in _table(machine).items()
        if any(_Row(row).active(release) for row in rows)
    )


@functools.cache
def exports(library: str, machine: str, release: tuple[int, int]) -> GlibcExports:
    """What one library exports as of a release."""
    return GlibcExports(library, machine, release)


def needed(library: str, loader: str, release: tuple[int, int]) -> tuple[str, ...]:
    """DT_NEEDED of a glibc library, as far as it brings libraries into the scope."""
    if library == loader:
        return ()
    if library == "libc.so.6":
        return (loader,)
    extra: tuple[str, ...] = ()
    if library == "libmvec.so.1":
        extra = ("libm.so.6",)
    elif library in ("librt.so.1", "libanl.so.1") and release < _MERGE:
        extra = ("libpthread.so.0",)
    elif library == "libnss_hesiod.so.2" or (library == "libnss_dns.so.2" and release < _MERGE):
        extra = ("libresolv.so.2",)
    return (*extra, "libc.so.6")


def file_name(library: str, release: tuple[int, int]) -> str:
    """The file behind a soname: `libc-2.31.so` up to 2.33, its own name since (NEWS 2.34)."""
    if release >= _MERGE or library.startswith("libc_malloc"):
        return library
    stem = "ld" if library.startswith("ld") else library.partition(".so")[0]
    version = "1.0" if stem == "libthread_db" else f"{release[0]}.{release[1]}"
    return f"{stem}-{version}.so"


@functools.cache
def _table(machine: str) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for line in tables.lines(f"glibc/{machine}.txt"):
        table.setdefault(line[: line.index(" ")], []).append(line)
    return table


@functools.cache
def _rows(machine: str, library: str) -> tuple[_Row, ...]:
    return tuple(_Row(line) for line in _table(machine).get(library, ()))
