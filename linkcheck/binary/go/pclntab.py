"""Go's function table (pclntab): where it is, and that it is one.

Header (runtime/symtab.go `pcHeader`, debug/gosym/pclntab.go): a 4-byte magic, two zero bytes,
the instruction quantum, the pointer size, then pointer-sized words. Since Go 1.16 the function
names are one run of NUL-ended strings between two offsets of the header; before (Go 1.2), each
function record points at its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from struct import Struct
from typing import Literal

from linkcheck.binary.go.scan import aligned_offsets
from linkcheck.binary.image import Bytes, ProgramImage

SECTION_NAMES = (".gopclntab", ".data.rel.ro.gopclntab", "__gopclntab")
MAX_FUNCTIONS = 2_000_000  # several times the largest known program
MAX_NAMES = 128 << 20  # bytes; ten times the largest known table
MAX_CANDIDATES = 4096

TableFormat = Literal["1.2", "1.16", "1.18"]
_FORMATS: dict[int, TableFormat] = {
    0xFFFFFFFB: "1.2",
    0xFFFFFFFA: "1.16",
    0xFFFFFFF0: "1.18",
    0xFFFFFFF1: "1.18",  # Go 1.20: same layout, only the meaning of inline trees differs
}
_ALIGN = 32
_SAMPLE = 64
_PAIRS = 4096


@dataclass(frozen=True, slots=True)
class FunctionTable:
    """A validated table; all offsets are file offsets that lie inside the file.

    `records` is what function records are relative to, `names` what name offsets are relative
    to; `names_end` bounds the name table ("1.16" on) or the bytes that may belong to the table.
    """

    format: TableFormat
    byte_order: Literal["little", "big"]
    pointer_size: Literal[4, 8]
    count: int
    functab: int
    records: int
    names: int
    names_end: int
    score: float  # share of sampled functions whose name offset is where a name starts


def find_table(image: ProgramImage, *, thorough: bool) -> FunctionTable | None:
    """The function table of `image`, or None: by section, else by header in its segments.

    Where several headers validate (a program that embeds another one), the one whose sampled
    records fit best wins, then the one with more functions. In ELF and Mach-O the table starts
    a section of Go's linker, aligned to 32 bytes; in PE it lies somewhere in .rdata, aligned to
    a word, which only `thorough` looks for, as it costs several times as much.
    """
    for section in (s for s in image.sections if s.name in SECTION_NAMES):
        table = _parse(image, section.offset, section.offset + section.size)
        if table is not None:
            return table
    table = _best(image, _candidates(image, _ALIGN))
    if table is None and thorough:
        table = _best(image, _candidates(image, image.pointer_size))
    return table


def _best(image: ProgramImage, candidates: Iterator[tuple[int, int]]) -> FunctionTable | None:
    tables = (_parse(image, start, end) for start, end in islice(candidates, MAX_CANDIDATES))
    return max((t for t in tables if t), key=lambda t: (t.score, t.count), default=None)


def record_offsets(data: Bytes, table: FunctionTable) -> Iterator[int]:
    """File offsets of the function records (`functab` holds pairs of pc and record offset)."""
    width = 4 if table.format == "1.18" else table.pointer_size
    pair = Struct((">" if table.byte_order == "big" else "<") + ("2I" if width == 4 else "2Q"))
    end = table.functab + table.count * pair.size
    for start in range(table.functab, end, _PAIRS * pair.size):
        raw = data[start : min(end, start + _PAIRS * pair.size)]
        for _, offset in pair.iter_unpack(raw[: len(raw) // pair.size * pair.size]):
            yield table.records + offset


def name_field(table: FunctionTable) -> tuple[int, Struct]:
    """Where in a function record its name offset is: behind the entry pc."""
    order = ">" if table.byte_order == "big" else "<"
    return 4 if table.format == "1.18" else table.pointer_size, Struct(f"{order}i")


def _candidates(image: ProgramImage, align: int) -> Iterator[tuple[int, int]]:
    needles = [magic.to_bytes(4, image.byte_order) + b"\0\0" for magic in _FORMATS]
    probe = 0 if image.byte_order == "little" else 3  # the one byte that is no 0xff
    for region, offset in aligned_offsets(image, image.segments, needles, align, probe):
        yield offset, region.offset + region.size


def _plausible(image: ProgramImage, head: bytes) -> bool:
    return (
        int.from_bytes(head[:4], image.byte_order) in _FORMATS
        and head[4:6] == b"\0\0"
        and head[6] in (1, 2, 4)
        and head[7] == image.pointer_size
    )


def _parse(image: ProgramImage, start: int, end: int) -> FunctionTable | None:
    end = min(end, image.size)
    word = image.pointer_size
    head = image.data[start : min(end, start + 8 + 8 * word)]
    if len(head) < 8 + 8 * word or not _plausible(image, head):
        return None
    order = ">" if image.byte_order == "big" else "<"
    words = Struct(f"{order}8{'I' if word == 4 else 'Q'}").unpack_from(head, 8)
    version = _FORMATS[int.from_bytes(head[:4], image.byte_order)]
    if not 0 < words[0] <= MAX_FUNCTIONS:
        return None
    names_end = end
    if version == "1.2":
        functab, records, names, ptr = start + 8 + word, start, start, word
    else:
        # 1.16: nfunc, nfiles, then offsets of names, cutab, filetab, pctab, functab;
        # 1.18 has textStart in between
        first = 3 if version == "1.18" else 2
        offsets = words[first : first + 5]
        if list(offsets) != sorted(offsets) or offsets[0] < 8 or start + offsets[4] >= end:
            return None
        names, names_end = start + offsets[0], start + offsets[1]
        functab = records = start + offsets[4]
        ptr = 4 if version == "1.18" else word
        if not 0 < names_end - names <= MAX_NAMES:
            return None
    if functab + (2 * words[0] + 1) * ptr > end:
        return None
    table = FunctionTable(
        version, image.byte_order, word, words[0], functab, records, names, names_end, 0.0
    )
    return _scored(image.data, table, end)


def _scored(data: Bytes, table: FunctionTable, end: int) -> FunctionTable | None:
    sample = list(islice(record_offsets(data, table), _SAMPLE))
    at, field = name_field(table)
    good = 0
    for offset in sample:
        raw = data[offset + at : offset + at + 4] if offset + at + 4 <= end else b""
        if len(raw) < 4:
            continue
        name = table.names + field.unpack(raw)[0]
        if not table.names <= name < table.names_end:
            continue
        starts = table.format == "1.2" or name == table.names or data[name - 1] == 0
        good += starts and 0x20 < data[name] != 0x7F
    score = good / len(sample) if sample else 0.0
    if score < 0.5:
        return None
    return replace(table, score=score)
