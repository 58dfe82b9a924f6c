"""Program images made of bytes, for what no toolchain at hand builds any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from linkcheck.binary.image import ProgramImage, Section, Segment

Order = Literal["little", "big"]
Word = Literal[4, 8]
BASE = 0x400000


def image_of(
    *parts: tuple[bytes, bool],
    order: Order = "little",
    word: Word = 8,
    sections: Sequence[tuple[str, int]] = (),
) -> ProgramImage:
    """One segment for each (bytes, writable), each on its own page; sections name whole parts."""
    data = bytearray(b"\x7fELF".ljust(0x1000, b"\0"))
    segments = []
    for content, writable in parts:
        segments.append(Segment(BASE + len(data), len(data), len(content), writable))
        data += content + bytes(-len(content) % 0x1000)
    named = tuple(
        Section(name, segments[i].address, segments[i].offset, segments[i].size)
        for name, i in sections
    )
    return ProgramImage(bytes(data), len(data), order, word, tuple(segments), named)


def pclntab(
    names: Sequence[bytes],
    version: Literal["1.2", "1.16", "1.18", "1.20"],
    order: Order = "little",
    word: Word = 8,
    inlined: Sequence[bytes] = (),
) -> bytes:
    """A function table with one record a name, as cmd/link of that release lays it out."""
    magic = {"1.2": 0xFFFFFFFB, "1.16": 0xFFFFFFFA, "1.18": 0xFFFFFFF0, "1.20": 0xFFFFFFF1}[version]
    head = magic.to_bytes(4, order) + bytes([0, 0, 1, word])

    def words(*values: int, size: int = word) -> bytes:
        return b"".join(value.to_bytes(size, order) for value in values)

    if version == "1.2":
        functab, bodies = b"", b""
        start = 8 + word + (2 * len(names) + 1) * word + 4
        for index, name in enumerate(names):
            at = start + len(bodies)
            functab += words(0x1000 + index * 16, at)
            bodies += words(0x1000 + index * 16) + words(at + word + 4, size=4) + name + b"\0"
        functab += words(0x1000 + len(names) * 16)
        return head + words(len(names)) + functab + words(0, size=4) + bodies
    table = b"".join(name + b"\0" for name in (*names, *inlined))
    at_names = 8 + 8 * word
    end_names = at_names + len(table)
    width, pc = (word, word) if version == "1.16" else (4, 4)
    functab, bodies, offset = b"", b"", 0
    for index, name in enumerate(names):
        at = (2 * len(names) + 1) * width + len(bodies)
        functab += words(index * 16, at, size=width)
        bodies += words(index * 16, size=pc) + words(offset, size=4)
        offset += len(name) + 1
    functab += words(len(names) * 16, size=width)
    starts = (at_names, end_names, end_names, end_names, end_names)
    header = words(len(names), 1, *(() if version == "1.16" else (0,)), *starts)
    return (head + header).ljust(at_names, b"\0") + table + functab + bodies
