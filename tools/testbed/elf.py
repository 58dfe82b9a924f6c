"""Just enough ELF to tell programs from libraries, and Go's programs from others.

Written apart from linkcheck on purpose: the testbed chooses what linkcheck is tried on, and a
program that linkcheck cannot read must not drop out of the trials for that.
"""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Iterator
from pathlib import Path

_EXEC, _DYN = 2, 3
_PT_DYNAMIC, _PT_INTERP = 2, 3
_DT_FLAGS_1, _DF_1_PIE = 0x6FFFFFFB, 0x08000000
_LIBRARY = re.compile(r"\.so(\.|$)")
_GO_BUILD_INFO = b"\xff Go buildinf:"


def is_elf(path: Path) -> bool:
    """Tell whether a regular file starts as ELF does."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as handle:
        return handle.read(4) == b"\x7fELF"


def is_program(path: Path) -> bool:
    """Tell whether the kernel could be asked to start an ELF file: not a library, not an object."""
    if not path.stat().st_mode & 0o111 or _LIBRARY.search(path.name):
        return False
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if len(data) < 64 or data[4:6] != b"\x02\x01":  # the testbed's packages are 64-bit, LE
            return False
        (kind,) = struct.unpack_from("<H", data, 16)
        if kind == _EXEC:
            return True
        segments = list(_segments(data))
        if kind != _DYN:
            return False
        return any(s[0] == _PT_INTERP for s in segments) or _is_static_pie(data, segments)


def is_go(path: Path) -> bool:
    """Tell whether a program carries Go's build information."""
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find(_GO_BUILD_INFO) >= 0


def _segments(data: mmap.mmap) -> Iterator[tuple[int, int, int]]:
    """Yield type, offset and size of each program header."""
    (start,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for index in range(count):
        header = struct.unpack_from("<IIQQQQQQ", data, start + index * size)
        yield header[0], header[2], header[5]


def _is_static_pie(data: mmap.mmap, segments: list[tuple[int, int, int]]) -> bool:
    for kind, offset, size in segments:
        if kind == _PT_DYNAMIC:
            tags = struct.iter_unpack("<QQ", data[offset : offset + size - size % 16])
            return any(tag == _DT_FLAGS_1 and value & _DF_1_PIE for tag, value in tags)
    return False
