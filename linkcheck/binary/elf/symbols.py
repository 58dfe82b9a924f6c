"""Dynamic symbols: what a file wants looked up, and what a library defines."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from linkcheck.binary.elf import dynamic as dt
from linkcheck.binary.elf.dynamic import DynamicSection
from linkcheck.binary.elf.machines import EM_ALPHA, EM_S390
from linkcheck.binary.elf.relocations import symbol_uses
from linkcheck.binary.elf.versions import (
    HIDDEN,
    VERSION_INDEX,
    VersionDefinitions,
    VersionNeeds,
)
from linkcheck.errors import MalformedBinaryError
from linkcheck.model.facts import SymbolNeed

STB_LOCAL, STB_GLOBAL, STB_WEAK, STB_GNU_UNIQUE = 0, 1, 2, 10
STT_TLS: Final = 6
_LOADABLE_TYPES: Final = frozenset({0, 1, 2, 5, 6, 10})  # NOTYPE OBJECT FUNC COMMON TLS IFUNC
MAX_SYMBOLS: Final = 1 << 18  # the largest real libraries define about 100,000

# version (None: unversioned), hidden, whether of the file's oldest version or of none
Definition = tuple[str | None, bool, bool]
_OLDEST: Final = 2  # index 1 is the file itself, 2 the first version node


class SymbolTable(NamedTuple):
    """What a library defines, by name; implements `linkcheck.model.library.Exports`."""

    by_name: dict[str, tuple[Definition, ...]]

    def defines(self, name: str, version: str | None) -> bool:
        """See `Exports.defines`; the rules are `check_match` of glibc's dl-lookup.c."""
        definitions = self.by_name.get(name, ())
        if version is None:
            return any(oldest or not hidden for _, hidden, oldest in definitions)
        return any(v == version or (v is None and not hidden) for v, hidden, _ in definitions)

    def names(self, name: str) -> bool:
        """See `Exports.names`."""
        return any(not hidden for _, hidden, _ in self.by_name.get(name, ()))


class _Symbol(NamedTuple):
    name: str
    binding: int
    kind: int
    section: int
    value: int


class _Reader:
    """Symbols by index straight from DT_SYMTAB, which states no length of its own."""

    def __init__(self, dynamic: DynamicSection) -> None:
        order, wide = dynamic.layout.order, dynamic.layout.bits == 64
        self._dynamic = dynamic
        self._wide = wide
        self._record = struct.Struct(order + ("IBBHQQ" if wide else "IIIBBH"))
        self._address = dynamic.value(dt.DT_SYMTAB)
        self._versym = dynamic.value(dt.DT_VERSYM)
        self._half = struct.Struct(order + "H")

    def symbols(self, first: int, count: int) -> Iterator[_Symbol]:
        """Up to `count` symbols from index `first` on; fewer where the file ends."""
        return map(self._decoded, self._records(first, count))

    def _records(self, first: int, count: int) -> Iterator[tuple[int, ...]]:
        if self._address is None:
            return iter(())
        size = self._record.size
        raw = self._dynamic.layout.image.read(self._address + first * size, count * size)
        return self._record.iter_unpack(raw[: len(raw) - len(raw) % size])

    def defined_names(self, first: int, count: int) -> Iterator[str]:
        """The names of those that are defined here; most dotted ones are left out unread."""
        dotted = self._dynamic.strings.starts_dotted
        text = self._dynamic.text
        for record in self._records(first, count):
            section = record[3] if self._wide else record[5]
            info = record[1] if self._wide else record[3]
            if section and info >> 4 != STB_LOCAL and not dotted(record[0]):
                yield text(record[0])

    def _decoded(self, record: tuple[int, ...]) -> _Symbol:
        if self._wide:
            name, info, _, section, value, _ = record
        else:
            name, value, _, info, _, section = record
        return _Symbol(self._dynamic.text(name), info >> 4, info & 15, section, value)

    def named(self, indices: Collection[int]) -> Iterator[tuple[int, _Symbol, int | None]]:
        """The symbols at `indices` in order, each with its DT_VERSYM entry if it has one.

        Raises MalformedBinaryError where an index is beyond MAX_SYMBOLS.
        """
        last = max(indices, default=0)
        if last > MAX_SYMBOLS:
            raise MalformedBinaryError(
                f"a relocation names dynamic symbol {last}, more than any linker writes",
                next_step="the file is damaged; build it again",
            )
        if self._address is None:
            return
        size = self._record.size
        raw = self._dynamic.layout.image.read(self._address, (last + 1) * size)
        versions = self.versions(0, last + 1) or ()
        for index in sorted(indices):
            if (index + 1) * size > len(raw):
                break
            symbol = self._decoded(self._record.unpack_from(raw, index * size))
            yield index, symbol, versions[index] if index < len(versions) else None

    def versions(self, first: int, count: int) -> tuple[int, ...] | None:
        """The DT_VERSYM entries of the same symbols, or None where there is no such table."""
        if self._versym is None:
            return None
        raw = self._dynamic.layout.image.read(self._versym + first * 2, count * 2)
        return struct.unpack(f"{self._dynamic.layout.order}{len(raw) // 2}H", raw[: len(raw) & ~1])


def read_symbol_needs(dynamic: DynamicSection, needs: VersionNeeds) -> tuple[SymbolNeed, ...]:
    """Every symbol that a relocation names and that this file leaves to others to define.

    A symbol copied into the program (R_*_COPY) is defined here and needed all the same.
    """
    uses = symbol_uses(dynamic)
    found: list[SymbolNeed] = []
    for index, symbol, version in _Reader(dynamic).named(uses):
        use = uses[index]
        if not symbol.name or symbol.binding == STB_LOCAL or (symbol.section and not use.copy):
            continue
        entry = None if version is None else needs.by_index.get(version & VERSION_INDEX)
        found.append(
            SymbolNeed(
                name=symbol.name,
                version=entry.version if entry else None,
                library=entry.library if entry else None,
                weak=symbol.binding == STB_WEAK,
                data_relocs=tuple(use.data),
                plt_relocs=tuple(use.plt),
                copy=use.copy,
            )
        )
    return tuple(found)


def read_exports(dynamic: DynamicSection, definitions: VersionDefinitions | None) -> SymbolTable:
    """All symbols that a lookup can end at: those that the hash table reaches."""
    reader = _Reader(dynamic)
    first, count = _hashed_range(dynamic)
    versions = reader.versions(first, count)
    nodes = definitions.by_index if definitions else {}
    by_name: dict[str, list[Definition]] = {}
    for at, symbol in enumerate(reader.symbols(first, count)):
        if symbol.binding == STB_LOCAL or symbol.section == 0 or symbol.kind not in _LOADABLE_TYPES:
            continue
        if symbol.value == 0 and symbol.kind != STT_TLS and symbol.section != 0xFFF1:
            continue
        entry = versions[at] if versions and at < len(versions) else 1
        by_name.setdefault(symbol.name, []).append(
            (
                nodes.get(entry & VERSION_INDEX),
                bool(entry & HIDDEN),
                entry & VERSION_INDEX <= _OLDEST,
            )
        )
    return SymbolTable({name: tuple(found) for name, found in by_name.items()})


def read_exported_names(dynamic: DynamicSection) -> frozenset[str]:
    """The names that a program itself defines for the libraries it loads (-rdynamic, callbacks).

    Those with a dot are left out: Go exports all its functions that way where the C compiler
    links with -rdynamic, a hundred thousand of them, and no C or C++ library asks for one.
    """
    first, count = _hashed_range(dynamic)
    return frozenset(
        name for name in _Reader(dynamic).defined_names(first, count) if "." not in name
    )


def _hashed_range(dynamic: DynamicSection) -> tuple[int, int]:
    """First index and count of the symbols that DT_GNU_HASH or DT_HASH can find."""
    order, image = dynamic.layout.order, dynamic.layout.image
    gnu = dynamic.value(dt.DT_GNU_HASH)
    if gnu is not None:
        head = image.read(gnu, 16)
        if len(head) < 16:
            return 0, 0
        buckets, first, bloom, _ = struct.unpack(order + "4I", head)
        start = gnu + 16 + bloom * (8 if dynamic.layout.bits == 64 else 4)
        heads = _words(dynamic, start, min(buckets, MAX_SYMBOLS))
        last = max(heads, default=0)
        if last < first:
            return 0, 0
        chain = start + 4 * buckets
        while last - first < MAX_SYMBOLS:
            links = _words(dynamic, chain + 4 * (last - first), 256)
            for link in links:
                last += 1
                if link & 1:
                    return first, last - first
            if len(links) < 256:
                return first, last - first
        return first, MAX_SYMBOLS
    sysv = dynamic.value(dt.DT_HASH)
    if sysv is not None:
        # s390x and alpha have 64-bit words here (Elf_Symndx in their bits/elfclass.h)
        wide = dynamic.layout.bits == 64 and dynamic.layout.machine in (EM_S390, EM_ALPHA)
        code = order + ("2Q" if wide else "2I")
        head = image.read(sysv, struct.calcsize(code))
        if len(head) == struct.calcsize(code):
            return 0, min(struct.unpack(code, head)[1], MAX_SYMBOLS)
    return 0, 0


def _words(dynamic: DynamicSection, address: int, count: int) -> array[int]:
    raw = dynamic.layout.image.read(address, count * 4)
    words = array("I", raw[: len(raw) & ~3])
    if (dynamic.layout.order == "<") != (struct.pack("=H", 1) == b"\1\0"):
        words.byteswap()
    return words
