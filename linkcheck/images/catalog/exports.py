"""What libraries other than glibc's export, as far as the tables know."""

from __future__ import annotations

import functools

from linkcheck.images.catalog import tables
from linkcheck.images.catalog.tables import Release
from linkcheck.model.provides import UNKNOWN, MaybeUnknown


class SpanExports:
    """Names by Alpine release (tools/harvest/musl.py), for musl itself and Alpine's libraries.

    For a release that was not harvested, what both neighbours agree upon is known.
    """

    __slots__ = ("_earlier", "_later", "_nodes")

    def __init__(
        self, table: str, library: str, release: Release, nodes: frozenset[str] | None = None
    ) -> None:
        self._nodes = nodes or frozenset()
        harvested = tables.harvested(table)
        earlier = max((r for r in harvested if r <= release), default=harvested[0])
        later = min((r for r in harvested if r >= release), default=None)
        self._earlier = _names(table, library, earlier)
        self._later = None if later is None else _names(table, library, later)

    def defines(self, name: str, version: str | None) -> bool | MaybeUnknown:
        """See `Exports.defines`."""
        if version is None or not self._nodes or version in self._nodes:
            return self.names(name)
        return False

    def names(self, name: str) -> bool | MaybeUnknown:
        """See `Exports.names`."""
        before = name in self._earlier
        if self._later is None:
            return True if before else UNKNOWN
        return before if before == (name in self._later) else UNKNOWN


class ListedExports:
    """Version nodes, and the names that are defined without a version.

    That a node exists is taken to mean that the symbols asked for at it do: the tables do not
    list them.
    """

    __slots__ = ("_names", "_nodes")

    def __init__(self, nodes: frozenset[str] | None, names: frozenset[str]) -> None:
        self._nodes = nodes
        self._names = names

    def defines(self, name: str, version: str | None) -> bool | MaybeUnknown:
        """See `Exports.defines`."""
        if name in self._names:
            return True
        if self._nodes is None:
            return False
        return UNKNOWN if version is None else version in self._nodes

    def names(self, name: str) -> bool | MaybeUnknown:
        """See `Exports.names`."""
        if name in self._names:
            return True
        return False if self._nodes is None else UNKNOWN


class UntoldExports:
    """A library that is there, though not what it exports."""

    def defines(self, name: str, version: str | None) -> MaybeUnknown:  # noqa: ARG002
        """See `Exports.defines`."""
        return UNKNOWN

    def names(self, name: str) -> MaybeUnknown:  # noqa: ARG002
        """See `Exports.names`."""
        return UNKNOWN


@functools.cache
def _names(table: str, library: str, release: Release) -> frozenset[str]:
    found: set[str] = set()
    for line in tables.lines(table):
        if line.startswith(f"{library} "):
            _, start, before, names = line.split(" ", 3)
            if tables.active(start, before, release):
                found.update(names.split())
    return frozenset(found)
