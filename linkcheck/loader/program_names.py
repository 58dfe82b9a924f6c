"""The dynamic symbols that the program itself defines, as `Exports`."""

from __future__ import annotations

from typing import NamedTuple


class ProgramNames(NamedTuple):
    """A program's exported names; programs define no versions."""

    exported: frozenset[str]

    def defines(self, name: str, version: str | None) -> bool:
        """Whether the program defines it; an unversioned definition satisfies any version."""
        del version
        return name in self.exported

    def names(self, name: str) -> bool:
        """The same, as none is hidden."""
        return name in self.exported
