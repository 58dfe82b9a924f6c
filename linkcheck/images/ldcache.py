"""/etc/ld.so.cache, new format "glibc-ld.so.cache1.1" (glibc sysdeps/generic/dl-cache.h)."""

from __future__ import annotations

import struct
from typing import Final

from linkcheck.model.library import CacheEntry

_MAGIC: Final = b"glibc-ld.so.cache1.1"
_OLD_MAGIC: Final = b"ld.so-1.7.0\0"
_HEADER: Final = 48
_MAX_ENTRIES: Final = 1 << 17
_HWCAP_EXTENSION: Final = 1 << 62  # DL_CACHE_HWCAP_EXTENSION: an index into the hwcaps strings
_EXTENSION_MAGIC: Final = 0xEAA42174
_TAG_GLIBC_HWCAPS: Final = 1


def read_ld_cache(data: bytes) -> tuple[CacheEntry, ...] | None:
    """The entries in file order, or None where the loader would ignore the file too."""
    base = 0
    if data.startswith(_OLD_MAGIC) and len(data) >= 16:
        # the old format may precede the new one, aligned to 8 bytes
        (count,) = struct.unpack_from("=I", data, 12)
        base = -(-(16 + 12 * count) // 8) * 8
    if data[base : base + len(_MAGIC)] != _MAGIC or len(data) < base + _HEADER:
        return None
    order = _byte_order(data, base)
    count, _strings = struct.unpack_from(order + "II", data, base + 20)
    hwcaps = _hwcap_names(data, base, order)
    record = struct.Struct(order + "iIIIQ")
    if count > (len(data) - base - _HEADER) // record.size:
        return None
    count = min(count, _MAX_ENTRIES)
    table = data[base + _HEADER : base + _HEADER + count * record.size]
    return tuple(
        CacheEntry(
            soname=_text(data, base + key),
            path=_text(data, base + value),
            flags=flags,
            hwcap=_hwcap(hwcap, hwcaps),
        )
        for flags, key, value, _os, hwcap in record.iter_unpack(table)
    )


def _byte_order(data: bytes, base: int) -> str:
    """By the flags byte (2 little, 3 big; dl-cache.h); caches before glibc 2.33 have none set."""
    return ">" if data[base + 28] & 3 == 3 else "<"


def _hwcap(hwcap: int, names: tuple[str, ...]) -> str | None:
    if hwcap == 0:
        return None
    if hwcap & _HWCAP_EXTENSION:
        index = hwcap & 0xFFFFFFFF
        return names[index] if index < len(names) else "unknown"
    return "legacy"


def _hwcap_names(data: bytes, base: int, order: str) -> tuple[str, ...]:
    (offset,) = struct.unpack_from(order + "I", data, base + 32)
    at = base + offset
    if offset == 0 or at + 8 > len(data):
        return ()
    magic, count = struct.unpack_from(order + "II", data, at)
    if magic != _EXTENSION_MAGIC:
        return ()
    for index in range(min(count, 16)):
        section = at + 8 + 16 * index
        if section + 16 > len(data):
            return ()
        tag, _flags, start, size = struct.unpack_from(order + "IIII", data, section)
        if tag == _TAG_GLIBC_HWCAPS:
            raw = data[base + start : base + start + min(size, 4096)]
            offsets = struct.unpack(f"{order}{len(raw) // 4}I", raw[: len(raw) & ~3])
            return tuple(_text(data, base + o) for o in offsets)
    return ()


def _text(data: bytes, start: int) -> str:
    end = data.find(b"\0", start) if start < len(data) else -1
    return data[start:end].decode("utf-8", "backslashreplace") if end >= 0 else ""
