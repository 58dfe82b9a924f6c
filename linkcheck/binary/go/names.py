"""The names of the functions that are linked into a Go program.

From Go 1.16 on the name table also holds functions that exist only inlined into linked ones
(cmd/link/internal/ld/pcln.go `walkFuncs`): reachable code as well. What the linker dropped is
in neither. A Go 1.2 table is read by its functions, so fully inlined ones are not seen there.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.binary.go.pclntab import MAX_NAMES, FunctionTable, name_field, record_offsets
from linkcheck.binary.image import Bytes

_MAX_NAME = 1 << 16
_MAX_WRAPPERS = 100_000  # bounds a hostile table; real programs have some hundreds
_PIECE = 1 << 20
_CGO = b"._C"


def names_among(
    data: Bytes, table: FunctionTable, wanted: frozenset[bytes]
) -> tuple[frozenset[bytes], list[bytes]]:
    """Which of `wanted` are linked, and every name that has "._C" in it (cgo's wrappers).

    Works piece by piece on bytes: a 90 MB program has 110,000 names, too many to keep.
    """
    pieces = _walk(data, table) if table.format == "1.2" else _slices(data, table)
    found: set[bytes] = set()
    wrappers: list[bytes] = []
    for piece in pieces:
        found |= wanted.intersection(piece.split(b"\0"))
        if len(wrappers) < _MAX_WRAPPERS:
            wrappers += _around(piece, _CGO)
    return frozenset(found), wrappers


def _slices(data: Bytes, table: FunctionTable) -> Iterator[bytes]:
    """The name table in pieces that end where a name ends."""
    rest = b""
    for start in range(table.names, table.names_end, _PIECE):
        piece = rest + data[start : min(start + _PIECE, table.names_end)]
        whole, _, rest = piece.rpartition(b"\0")
        if len(rest) > _MAX_NAME:
            rest = b""
        yield whole
    yield rest


def _walk(data: Bytes, table: FunctionTable) -> Iterator[bytes]:
    """The names that the function records point at, in pieces as `_slices` gives them."""
    limit = table.names_end
    at, field = name_field(table)
    budget = MAX_NAMES  # hostile records may all point into one long string
    names: list[bytes] = []
    size = 0
    for offset in record_offsets(data, table):
        raw = data[offset + at : offset + at + 4]
        if len(raw) < 4 or not 0 <= (name := field.unpack(raw)[0]) < limit - table.names:
            continue
        start = table.names + name
        end = data.find(b"\0", start, min(limit, start + _MAX_NAME))
        budget -= _MAX_NAME if end < 0 else end - start
        if budget < 0:
            break
        if end > start:
            names.append(data[start:end])
            size += end - start
        if size > _PIECE:
            yield b"\0".join(names)
            names, size = [], 0
    yield b"\0".join(names)


def _around(piece: bytes, needle: bytes) -> Iterator[bytes]:
    at = piece.find(needle)
    while at >= 0:
        end = piece.find(b"\0", at)
        end = len(piece) if end < 0 else end
        yield piece[piece.rfind(b"\0", 0, at) + 1 : end]
        at = piece.find(needle, end)
