"""An /etc/ld.so.cache for libraries that lie in no default folder of the loader."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from functools import cmp_to_key
from typing import Final

from linkcheck.model.library import CacheEntry

_MAGIC: Final = b"glibc-ld.so.cache1.1"  # glibc sysdeps/generic/dl-cache.h
_HEADER: Final = 48
_RECORD: Final = 24
_LITTLE, _BIG = 2, 3  # cache_file_new_flags_endian_*
_PARTS: Final = re.compile(r"\d+|\D")


def write_ld_cache(entries: Iterable[CacheEntry], byte_order: str) -> bytes:
    """The file as `ldconfig` writes it, without hwcaps: sorted so that the loader finds entries."""
    by_name = cmp_to_key(compare)
    ordered = sorted(entries, key=lambda entry: by_name(entry.soname), reverse=True)
    order = "<" if byte_order == "little" else ">"
    strings = bytearray()
    records = b""
    start = _HEADER + _RECORD * len(ordered)
    for entry in ordered:
        key = start + len(strings)
        strings += entry.soname.encode() + b"\0"
        value = start + len(strings)
        strings += entry.path.encode() + b"\0"
        records += struct.pack(f"{order}iIIIQ", entry.flags, key, value, 0, 0)
    flags = _LITTLE if byte_order == "little" else _BIG
    header = struct.pack(f"{order}IIB3xI12x", len(ordered), len(strings), flags, 0)
    return _MAGIC + header + records + bytes(strings)


def compare(one: str, other: str) -> int:
    """`_dl_cache_libcmp` of dl-cache.c: by characters, runs of digits by their number."""
    for a, b in zip(_PARTS.findall(one), _PARTS.findall(other), strict=False):
        if a == b:
            continue
        if a[0].isdigit() and b[0].isdigit():
            if int(a) != int(b):
                return int(a) - int(b)
            continue
        if a[0].isdigit():
            return 1
        if b[0].isdigit():
            return -1
        return ord(a) - ord(b)
    return len(_PARTS.findall(one)) - len(_PARTS.findall(other))
