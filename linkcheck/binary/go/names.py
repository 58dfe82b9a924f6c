"""The names of the functions that are linked into a Go program.

From Go 1.16 on the name table also holds functions that exist only inlined into linked ones
(cmd/link/internal/ld/pcln.go `walkFuncs`): reachable code as well. What the linker dropped is
in neither. A Go 1.2 table is read by its functions, so fully inlined ones are not seen there.
"""

from __future__ import annotations

from collections.abc import Iterable

from linkcheck.binary.go.pclntab import (
    MAX_FUNCTIONS,
    MAX_NAMES,
    FunctionTable,
    name_field,
    record_offsets,
)
from linkcheck.binary.image import ProgramImage

_MAX_NAME = 1 << 16


def names_among(
    image: ProgramImage, table: FunctionTable, wanted: frozenset[bytes]
) -> tuple[frozenset[bytes], list[bytes]]:
    """Which of `wanted` are linked, and every name that has "._C" in it (cgo's wrappers).

    Names are split and looked up as bytes; a 90 MB program has 110,000 of them.
    """
    if table.format == "1.2":
        names: Iterable[bytes] = _walk(image, table)
        blob = b""
    else:
        blob = image.data[table.names : table.names_end]
        names = blob.split(b"\0", MAX_FUNCTIONS)
    found = wanted.intersection(names)
    if table.format == "1.2":
        return found, [name for name in names if b"._C" in name]
    del names
    return found, list(_around(blob, b"._C"))


def _around(blob: bytes, needle: bytes) -> Iterable[bytes]:
    at = blob.find(needle)
    while at >= 0:
        end = blob.find(b"\0", at)
        end = len(blob) if end < 0 else end
        yield blob[blob.rfind(b"\0", 0, at) + 1 : end]
        at = blob.find(needle, end)


def _walk(image: ProgramImage, table: FunctionTable) -> list[bytes]:
    data, limit = image.data, table.names_end
    at, field = name_field(table)
    starts = set()
    for offset in record_offsets(data, table, table.count):
        raw = data[offset + at : offset + at + 4]
        if len(raw) == 4 and 0 <= (name := field.unpack(raw)[0]) < limit - table.names:
            starts.add(table.names + name)
    names = []
    budget = MAX_NAMES  # hostile offsets may all point into one long string
    for start in starts:
        end = data.find(b"\0", start, min(limit, start + _MAX_NAME))
        if end > start:
            budget -= end - start
            if budget < 0:
                break
            names.append(data[start:end])
    return names
