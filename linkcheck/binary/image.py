"""A program file laid open: its bytes, and how addresses map onto them.

Every container format (ELF, Mach-O, PE) becomes one `ProgramImage`, so that what Go's
toolchain leaves in memory is found in the same way in all of them.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

Bytes: TypeAlias = bytes | mmap.mmap


class Segment(NamedTuple):
    """One loadable part: `size` bytes at file `offset` appear at memory `address`."""

    address: int
    offset: int
    size: int
    writable: bool = False
    executable: bool = False


class Section(NamedTuple):
    """A named part; only a hint, as section tables can be stripped away or lie."""

    name: str
    address: int
    offset: int
    size: int


def let_go(data: Bytes) -> None:
    """Give the pages of a mapped file back, after a pass over much of it.

    They count as this process's memory until then, and are mapped again when they are read.
    """
    if isinstance(data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        data.madvise(mmap.MADV_DONTNEED)


@dataclass(frozen=True, slots=True)
class ProgramImage:
    """The bytes of a program with its memory map; segments lie inside the file."""

    data: Bytes
    size: int
    byte_order: Literal["little", "big"]
    pointer_size: Literal[4, 8]
    segments: tuple[Segment, ...]
    sections: tuple[Section, ...] = field(default=())

    def offset_of(self, address: int) -> int | None:
        """The file offset that backs memory `address`, or None where no file bytes do."""
        for segment in self.segments:
            if segment.address <= address < segment.address + segment.size:
                return segment.offset + (address - segment.address)
        return None

    def span(self, address: int, size: int) -> tuple[int, int]:
        """File offset and length of what is there of `size` bytes at memory `address`."""
        for segment in self.segments:
            start = address - segment.address
            if 0 <= start < segment.size:
                return segment.offset + start, max(0, min(size, segment.size - start))
        return 0, 0

    def read(self, address: int, size: int) -> bytes:
        """Up to `size` bytes at memory `address`; fewer where the segment ends before."""
        offset, length = self.span(address, size)
        return self.data[offset : offset + length]

    def section(self, name: str) -> Section | None:
        """The first section of that name, or None."""
        return next((s for s in self.sections if s.name == name), None)
