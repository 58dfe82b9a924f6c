"""Go's build info blob: which toolchain, which modules, which settings (Go's debug/buildinfo).

The blob starts with a magic at a 16-byte boundary. Since Go 1.18 two strings with varint
lengths follow the 32-byte header; before, the header holds pointers to two Go strings.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Literal, NamedTuple

from linkcheck.binary.go.scan import aligned_offsets
from linkcheck.binary.image import ProgramImage, Section, Segment

MAGIC = b"\xff Go buildinf:"
ALIGN = 16
HEADER_SIZE = 32
SECTION_NAMES = (".go.buildinfo", "__go_buildinfo")
MAX_TEXT = 8 << 20  # the module text of the largest real programs is under 200 kB
_MAX_CANDIDATES = 64
_FLAG_BIG_ENDIAN = 1
_FLAG_INLINE = 2
_SENTINEL = 16  # cmd/go/internal/modload.infoStart and infoEnd


class RawBuildInfo(NamedTuple):
    """The two strings of the blob; `version` is "" where only a header could be read."""

    version: str
    modules: str


def read_raw(image: ProgramImage) -> tuple[RawBuildInfo | None, tuple[str, ...]]:
    """The build info blob of `image`, or None where there is none, and what could not be read.

    Looks where debug/buildinfo looks (the section, then writable data), then in all other
    data, because some linkers move the blob. Never raises on hostile bytes.
    """
    broken = 0
    hits = aligned_offsets(image, _places(image), (MAGIC,), ALIGN, probe=MAGIC.index(b"G"))
    for region, offset in islice(hits, _MAX_CANDIDATES):
        found = _read_at(image, region.address + offset - region.offset)
        if found is not None:
            return found, ()
        broken += 1
    if broken:
        gap = "Go build info: its header is there, but its strings could not be read"
        return RawBuildInfo("", ""), (gap,)
    return None, ()


def _places(image: ProgramImage) -> Iterator[Section | Segment]:
    yield from (s for s in image.sections if s.name in SECTION_NAMES)
    yield from (s for s in image.segments if s.writable)
    yield from (s for s in image.segments if not s.writable)


def _read_at(image: ProgramImage, address: int) -> RawBuildInfo | None:
    header = image.read(address, HEADER_SIZE)
    if len(header) < HEADER_SIZE:
        return None
    flags = header[15]
    strings = (
        _inline_strings(image, address + HEADER_SIZE)
        if flags & _FLAG_INLINE
        else _pointed_strings(image, header)
    )
    if strings is None or not _is_version(strings[0]):
        return None
    return RawBuildInfo(strings[0].decode(errors="replace"), _unframe(strings[1]))


def _is_version(text: bytes) -> bool:
    # "go1.27.3", "devel +abc", "go1.22 X:boringcrypto": vendors write freely, but print no control
    return 0 < len(text) <= 256 and min(text) >= 0x20


def _unframe(modules: bytes) -> str:
    if len(modules) >= 2 * _SENTINEL + 1 and modules[-_SENTINEL - 1 : -_SENTINEL] == b"\n":
        return modules[_SENTINEL:-_SENTINEL].decode(errors="replace")
    return ""


def _inline_strings(image: ProgramImage, address: int) -> tuple[bytes, bytes] | None:
    version, after = _varint_string(image, address)
    if version is None:
        return None
    modules, _ = _varint_string(image, after)
    return None if modules is None else (version, modules)


def _varint_string(image: ProgramImage, address: int) -> tuple[bytes | None, int]:
    head = image.read(address, 10)
    length = 0
    for index, byte in enumerate(head):
        length |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            start = address + index + 1
            text = _exactly(image, start, length)
            return text, start + length
    return None, address


def _pointed_strings(image: ProgramImage, header: bytes) -> tuple[bytes, bytes] | None:
    pointer_size = header[14]
    if pointer_size not in (4, 8):
        return None
    order: Literal["big", "little"] = "big" if header[15] & _FLAG_BIG_ENDIAN else "little"

    def go_string(slot: int) -> bytes:
        at = int.from_bytes(header[16 + slot * pointer_size :][:pointer_size], order)
        descriptor = image.read(at, 2 * pointer_size)
        if len(descriptor) < 2 * pointer_size:
            return b""
        start = int.from_bytes(descriptor[:pointer_size], order)
        length = int.from_bytes(descriptor[pointer_size:], order)
        return _exactly(image, start, length) or b""

    return go_string(0), go_string(1)


def _exactly(image: ProgramImage, address: int, size: int) -> bytes | None:
    if size > MAX_TEXT:
        return None
    text = image.read(address, size)
    return text if len(text) == size else None
