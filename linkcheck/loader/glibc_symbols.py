"""Every symbol looked up in the breadth-first scope (elf/dl-lookup.c, elf/dl-reloc.c).

Maps are relocated from the last one loaded to the program. A data relocation is resolved at
start, a PLT one at its first call unless BIND_NOW is set. The first failure is the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkcheck.loader.options import LoadOptions
from linkcheck.loader.outcome import Log
from linkcheck.model.facts import SymbolNeed
from linkcheck.model.provides import UNKNOWN

if TYPE_CHECKING:
    from linkcheck.loader.glibc import Loaded, Namespace


def check(space: Namespace, log: Log, options: LoadOptions) -> None:
    """Look up everything; failures at start refuse, those of lazy calls are noted as late."""
    for loaded in reversed(space.maps):
        for symbol in _start_order(loaded):
            if symbol.weak:
                continue
            found = _lookup(symbol, loaded, space.maps)
            if found is True:
                continue
            if found is UNKNOWN or space.unknown:
                log.doubt(
                    "symbol",
                    _called(symbol),
                    f"whether a library there defines {_called(symbol)} is not known",
                )
            else:
                _miss(symbol, loaded, space, log, options)


def _start_order(loaded: Loaded) -> list[SymbolNeed]:
    """Data relocations first, in table order, then those of the PLT."""
    data = sorted((s for s in loaded.undefined if s.data_relocs), key=lambda s: s.data_relocs[0])
    calls = sorted(
        (s for s in loaded.undefined if s.plt_relocs and not s.data_relocs),
        key=lambda s: s.plt_relocs[0],
    )
    return data + calls


def _lookup(symbol: SymbolNeed, by: Loaded, providers: list[Loaded]) -> object:
    unknown = False
    for provider in providers:
        if symbol.copy and provider is by:
            continue
        found = provider.exports.defines(symbol.name, symbol.version)
        if found is True:
            return True
        unknown = unknown or found is UNKNOWN
    return UNKNOWN if unknown else False


def _miss(symbol: SymbolNeed, by: Loaded, space: Namespace, log: Log, options: LoadOptions) -> None:
    text = _text(symbol, by, space, options)
    reason = f"no library there defines {_called(symbol)} (required by {by.name})"
    if symbol.data_relocs or by.bind_now:
        if any(r.kind == "symbol" for r in log.refusals):
            log.refuse("symbol", _called(symbol), reason, None)  # it died of the first one
        else:
            log.refuse("symbol", _called(symbol), reason, text)
    else:
        log.dies_later("symbol", _called(symbol), reason, text)


def _text(symbol: SymbolNeed, by: Loaded, space: Namespace, options: LoadOptions) -> str:
    provider = space.named(symbol.library) if symbol.library else None
    named = provider.exports.names(symbol.name) if provider else None
    if provider is not None and named is False:
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
