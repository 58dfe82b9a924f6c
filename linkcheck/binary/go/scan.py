"""Bounded searches through the file-backed memory of a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from linkcheck.binary.image import ProgramImage, Section, Segment

CHUNK = 4 << 20


class Region(NamedTuple):
    """Bytes at file `offset` that appear at memory `address`."""

    address: int
    offset: int
    size: int


def addresses_of(
    image: ProgramImage, needle: bytes, region: Region, align: int = 1
) -> Iterator[int]:
    """Each address in `region` that is a multiple of `align` and holds `needle`.

    Goes chunk by chunk: a slice is searched several times faster than an mmap itself, and a
    chunk keeps the memory bounded.
    """
    overlap = len(needle) - 1
    for base in range(0, region.size, CHUNK):
        start = region.offset + base
        chunk = image.data[start : start + min(region.size - base, CHUNK + overlap)]
        at = chunk.find(needle)
        while at >= 0:
            address = region.address + base + at
            if address % align == 0:
                yield address
            at = chunk.find(needle, at + 1)


def unrepeated(image: ProgramImage, regions: Iterable[Segment | Section]) -> Iterator[Region]:
    """`regions` in order, cut to the file, until twice the file was given out.

    Real maps overlap little; a hostile one may name the whole file 65,535 times.
    """
    budget = 2 * image.size
    for region in regions:
        size = min(region.size, image.size - region.offset)
        if size <= 0:
            continue
        budget -= size
        if budget < 0:
            return
        yield Region(region.address, region.offset, size)
