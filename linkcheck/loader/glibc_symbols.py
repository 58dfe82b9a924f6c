"""Every symbol looked up in the breadth-first scope (elf/dl-lookup.c, elf/dl-reloc.c).

A data relocation is resolved at start, a PLT one at its first call unless BIND_NOW is set. The
first failure is the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkcheck.loader.options import LoadOptions
from linkcheck.loader.outcome import Log
from linkcheck.model.facts import SymbolNeed
from linkcheck.model.provides import UNKNOWN

if TYPE_CHECKING:
    from linkcheck.loader.link_maps import Loaded, Namespace

Release = tuple[int, int] | None

# Since then a symbol may move to another library; before, the library that the version need
# names had to define it (commit f0b2132b35, bug 24741).
MOVABLE_RELEASE: Final = (2, 30)
# Until then check_match() asserts that a library named by a version need has DT_VERSYM (commit
# bdaf500353). The line stands in the message: release -> line, up to the next one.
ASSERT_GONE_RELEASE: Final = (2, 41)
_ASSERT_LINES: Final = {
    (2, 27): 110,
    (2, 28): 111,
    (2, 32): 105,
    (2, 35): 106,
    (2, 36): 107,
    (2, 39): 106,
}


def check(
    space: Namespace, order: list[Loaded], release: Release, log: Log, options: LoadOptions
) -> None:
    """Look up what the maps in `order` want; failures at start refuse, others are late."""
    lookup = _Lookup(space, release)
    for loaded in order:
        for symbol in _start_order(loaded):
            found = lookup.find(symbol, loaded)
            if found is True or (symbol.weak and found is not None):
                continue
            if found is UNKNOWN or space.unknown:
                log.doubt(
                    "symbol",
                    _called(symbol),
                    f"whether a library there defines {_called(symbol)} is not known",
                )
                continue
            if found is None:
                reason = f"{symbol.library} lost its symbol versions, {_called(symbol)} needs one"
            else:
                reason = f"no library there defines {_called(symbol)} (required by {loaded.name})"
            text = _text(symbol, loaded, found is None, release, options)
            if symbol.data_relocs or loaded.bind_now:
                died_before = any(r.kind == "symbol" for r in log.refusals)
                log.refuse("symbol", _called(symbol), reason, None if died_before else text)
            else:
                log.dies_later("symbol", _called(symbol), reason, text)


class _Lookup:
    """`do_lookup_x` over the global scope, as that release does it."""

    def __init__(self, space: Namespace, release: Release) -> None:
        self._space = space
        self._by_name = {name: m for m in reversed(space.maps) for name in m.names}
        self._stops_at_named = release is not None and release < MOVABLE_RELEASE
        self._asserts = release is not None and release < ASSERT_GONE_RELEASE

    def find(self, symbol: SymbolNeed, by: Loaded) -> object:
        """True, False, UNKNOWN, or None where the loader's own assertion ends it."""
        # the library that the symbol was linked against nearly always has it: look there first
        likely = self._by_name.get(symbol.library) if symbol.library else None
        if (
            likely is not None
            and (likely.has_versions or not self._asserts)
            and not (symbol.copy and likely is by)
            and likely.exports.defines(symbol.name, symbol.version) is True
        ):
            return True
        unknown = False
        for provider in self._space.maps:
            if symbol.copy and provider is by:
                continue
            named = symbol.library is not None and symbol.library in provider.names
            found = provider.exports.defines(symbol.name, symbol.version)
            if found is True:
                return None if named and self._asserts and not provider.has_versions else True
            if named and self._stops_at_named and not symbol.copy:
                return found
            unknown = unknown or found is UNKNOWN
        return UNKNOWN if unknown else False


def _start_order(loaded: Loaded) -> list[SymbolNeed]:
    """Data relocations first, in table order, then those of the PLT."""
    data = sorted((s for s in loaded.undefined if s.data_relocs), key=lambda s: s.data_relocs[0])
    calls = sorted(
        (s for s in loaded.undefined if s.plt_relocs and not s.data_relocs),
        key=lambda s: s.plt_relocs[0],
    )
    return data + calls


def _text(
    symbol: SymbolNeed, by: Loaded, asserted: bool, release: Release, options: LoadOptions
) -> str:
    if asserted and release is not None:
        line = max((r, n) for r, n in _ASSERT_LINES.items() if r <= max(release, (2, 27)))[1]
        return (
            f"Inconsistency detected by ld.so: dl-lookup.c: {line}: check_match: Assertion "
            "`version->filename == NULL || ! _dl_name_match_p (version->filename, map)' failed!"
        )
    if symbol.version and release is not None and release < MOVABLE_RELEASE and not symbol.copy:
        return (
            f"{options.program}: relocation error: {by.name}: symbol {symbol.name} version "
            f"{symbol.version} not defined in file {symbol.library} with link time reference"
        )
    version = f", version {symbol.version}" if symbol.version else ""
    return (
        f"{options.program}: symbol lookup error: {by.name}: "
        f"undefined symbol: {symbol.name}{version}"
    )


def _called(symbol: SymbolNeed) -> str:
    return f"{symbol.name}@{symbol.version}" if symbol.version else symbol.name
