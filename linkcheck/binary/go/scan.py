"""Bounded searches through the file-backed memory of a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from linkcheck.binary.image import ProgramImage, Section, Segment, let_go

CHUNK = 1 << 20  # a multiple of every alignment used
_KEPT = 16  # chunks that stay mapped while a search goes on
_MAX_LOOKS = 2_000_000  # under a second; real programs of 1 GB need a quarter of it


class Region(NamedTuple):
    """Bytes at file `offset` that appear at memory `address`."""

    address: int
    offset: int
    size: int


def aligned_offsets(
    image: ProgramImage,
    regions: Iterable[Segment | Section],
    needles: Sequence[bytes],
    align: int,
    probe: int,
) -> Iterator[tuple[Region, int]]:
    """File offsets in `regions`, at addresses that are multiples of `align`, that hold a needle.

    Takes every `align`-th byte first: that reads a program ten times faster than a search for
    the needle. `probe` is the byte of the needles to look at, a rare one.
    """
    data = image.data
    budget = _MAX_LOOKS
    for region in _unrepeated(image, regions):
        for number, base in enumerate(range(-region.address % align, region.size, CHUNK)):
            if number % _KEPT == _KEPT - 1:
                let_go(data)
            start = region.offset + base
            end = region.offset + min(region.size, base + CHUNK)
            column = data[start + probe : end : align]
            for needle in needles:
                at = column.find(needle[probe : probe + 1])
                while at >= 0:
                    budget -= 1
                    if budget < 0:
                        return
                    offset = start + at * align
                    if data[offset : offset + len(needle)] == needle:
                        yield region, offset
                    at = column.find(needle[probe : probe + 1], at + 1)


def _unrepeated(image: ProgramImage, regions: Iterable[Segment | Section]) -> Iterator[Region]:
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
