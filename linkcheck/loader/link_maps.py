"""What glibc's loader has mapped: its `struct link_map` list (include/link.h)."""

from __future__ import annotations

from dataclasses import dataclass, field

from linkcheck.loader.glibc_search import Loading
from linkcheck.model.facts import SymbolNeed, VersionNeed
from linkcheck.model.library import Exports


@dataclass(slots=True)
class Loaded:
    """One link map: the program, or a library under the name that messages use (l_name)."""

    name: str
    names: set[str]  # every name that a DT_NEEDED may have for it
    needed: tuple[str, ...]
    version_needs: tuple[VersionNeed, ...]
    version_nodes: frozenset[str] | None
    undefined: tuple[SymbolNeed, ...]
    exports: Exports
    bind_now: bool
    has_relr: bool
    isa_needed: int | None
    place: Loading
    identity: str  # canonical path: two names of one file are one map
    has_versions: bool = True  # DT_VERSYM is there
    dependencies: list[Loaded] = field(default_factory=list)  # one for each DT_NEEDED


@dataclass(slots=True)
class Namespace:
    """All link maps in load order, and the names that could not be told apart from missing."""

    main: Loaded
    maps: list[Loaded]
    unknown: list[str] = field(default_factory=list)

    def named(self, name: str) -> Loaded | None:
        """The map that answers to `name` (`_dl_name_match_p`, or its soname)."""
        return next((m for m in self.maps if name in m.names), None)
