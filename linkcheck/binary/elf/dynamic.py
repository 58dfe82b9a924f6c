"""The dynamic section by PT_DYNAMIC: tags, strings, and bounded views of the tables they name."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from linkcheck.binary.elf.layout import PT_DYNAMIC, ElfLayout
from linkcheck.binary.image import Bytes
from linkcheck.errors import MalformedBinaryError
from linkcheck.model.facts import SymbolNeed, VersionNeed

DT_NEEDED, DT_PLTRELSZ, DT_HASH, DT_STRTAB, DT_SYMTAB = 1, 2, 4, 5, 6
DT_RELA, DT_RELASZ, DT_STRSZ, DT_SONAME, DT_RPATH = 7, 8, 10, 14, 15
DT_REL, DT_RELSZ, DT_PLTREL, DT_JMPREL, DT_BIND_NOW = 17, 18, 20, 23, 24
DT_RUNPATH, DT_FLAGS, DT_RELRSZ, DT_RELR = 29, 30, 35, 36
DT_GNU_HASH, DT_VERSYM = 0x6FFFFEF5, 0x6FFFFFF0
DT_RELACOUNT, DT_RELCOUNT, DT_FLAGS_1 = 0x6FFFFFF9, 0x6FFFFFFA, 0x6FFFFFFB
DT_VERDEF, DT_VERDEFNUM, DT_VERNEED, DT_VERNEEDNUM = 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
DT_MIPS_SYMTABNO, DT_MIPS_GOTSYM = 0x70000011, 0x70000013
DF_BIND_NOW, DF_1_NOW, DF_1_NODEFLIB, DF_1_PIE = 0x8, 0x1, 0x800, 0x08000000

MAX_TAGS: Final = 4096
MAX_STRINGS: Final = 16 << 20  # bytes of .dynstr; the largest real ones stay under 8 MiB
MAX_NEEDED: Final = 4096
MAX_NAME: Final = 1 << 16  # bytes; C++ names reach some 10,000
_GLANCE: Final = 64  # bytes; a longer name's dot is found when it is read
MAX_NAMES: Final = 32 << 20  # bytes of all names read; hostile ones share one string's tails


class StringTable:
    """.dynstr, which gives out no more than MAX_NAMES bytes in all."""

    __slots__ = ("_data", "_end", "_left", "_start")

    def __init__(self, data: Bytes, start: int, size: int) -> None:
        self._data = data
        self._start = start
        self._end = min(start + size, len(data))
        self._left = MAX_NAMES

    def starts_dotted(self, offset: int) -> bool:
        """Whether the first bytes at `offset` have a dot, as those of "runtime.gopark" do."""
        start = self._start + offset
        return b"." in self._data[start : start + _GLANCE].partition(b"\0")[0]

    def at(self, offset: int) -> str:
        """The string at `offset`; "" outside of the table or where none ends within MAX_NAME.

        Raises MalformedBinaryError once the names read are more than any linker writes.
        """
        start = self._start + offset
        if not self._start <= start < self._end:
            return ""
        end = self._data.find(b"\0", start, min(self._end, start + MAX_NAME))
        if end < 0:
            return ""
        self._left -= end - start
        if self._left < 0:
            raise MalformedBinaryError(
                f"the dynamic symbols have more than {MAX_NAMES >> 20} MiB of names",
                next_step="the file is damaged; build it again",
            )
        return self._data[start:end].decode("utf-8", "backslashreplace")


class DynamicSection(NamedTuple):
    """The tags in file order, and the string table they point into."""

    layout: ElfLayout
    tags: tuple[tuple[int, int], ...]
    strings: StringTable

    def value(self, tag: int) -> int | None:
        """The value of the last such tag (the loader's `l_info` keeps the last), or None."""
        found = None
        for number, value in self.tags:
            if number == tag:
                found = value
        return found

    def text(self, offset: int) -> str:
        """The string at `offset` of .dynstr; "" outside of it. Raises as `StringTable.at`."""
        return self.strings.at(offset)

    def text_of(self, tag: int) -> str | None:
        """The string that the last such tag names, or None without such a tag."""
        value = self.value(tag)
        return None if value is None else self.text(value)

    @property
    def needed(self) -> tuple[str, ...]:
        """DT_NEEDED in order."""
        return tuple(self.text(v) for t, v in self.tags if t == DT_NEEDED)[:MAX_NEEDED]

    @property
    def bind_now(self) -> bool:
        """Whether all symbols are resolved at start (DT_BIND_NOW, DF_BIND_NOW or DF_1_NOW)."""
        return bool(
            self.value(DT_BIND_NOW) is not None
            or (self.value(DT_FLAGS) or 0) & DF_BIND_NOW
            or (self.value(DT_FLAGS_1) or 0) & DF_1_NOW
        )

    def table(self, tag: int, size: int) -> bytes:
        """Up to `size` bytes at the address that `tag` holds; b"" where there are none."""
        address = self.value(tag)
        return b"" if address is None or size <= 0 else self.layout.image.read(address, size)


class LoaderTables(NamedTuple):
    """What only a dynamic loader reads of a program."""

    version_needs: tuple[VersionNeed, ...]
    undefined: tuple[SymbolNeed, ...]
    exported: frozenset[str]


NO_TABLES: Final = LoaderTables((), (), frozenset())


def read_dynamic(layout: ElfLayout) -> DynamicSection | None:
    """The dynamic section, or None where the file has no PT_DYNAMIC with bytes in it."""
    headers = layout.of_type(PT_DYNAMIC)
    if not headers:
        return None
    header = headers[-1]
    entry = struct.Struct(layout.order + ("qQ" if layout.bits == 64 else "iI"))
    length = min(header.size, MAX_TAGS * entry.size)
    raw = layout.image.data[header.offset : header.offset + length]
    raw = raw[: len(raw) - len(raw) % entry.size]
    tags: list[tuple[int, int]] = []
    for tag, value in entry.iter_unpack(raw):
        if tag == 0:
            break
        tags.append((tag & 0xFFFFFFFF if layout.bits == 32 else tag, value))
    if not tags:
        return None
    values = dict(tags)
    start, size = layout.image.span(
        values.get(DT_STRTAB, 0), min(values.get(DT_STRSZ, 0), MAX_STRINGS)
    )
    return DynamicSection(layout, tuple(tags), StringTable(layout.image.data, start, size))
