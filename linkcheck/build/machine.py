"""This machine as a place to build: how much at once, and the state of its C libraries."""

from __future__ import annotations

import os
from pathlib import Path

from linkcheck.build.builder import Capacity

# A package manager replaces files by renaming new ones over them: that shows at their folder.
_LIBRARIES = ("/usr/include", "/usr/lib", "/usr/lib64", "/usr/local/include", "/usr/local/lib")
_CGROUP_MEMORY = (
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
)


def capacity() -> Capacity:
    """The cores that we may run on, and the memory that is free or that our group may take."""
    affinity = getattr(os, "sched_getaffinity", None)
    cpus = len(affinity(0)) if affinity else os.cpu_count() or 1
    limits = [limit for limit in (_available(), *map(_limit, _CGROUP_MEMORY)) if limit]
    return Capacity(cpus, min(limits, default=0))


def libraries_state(cc: str) -> list[object]:
    """What changes when a C compiler or a C library of this machine is replaced."""
    if not cc:
        return []
    folders = [Path(name) for name in _LIBRARIES]
    folders += sorted(Path("/usr/lib").glob("*-linux-*")) + sorted(
        Path("/usr/include").glob("*-linux-*")
    )
    folders += sorted(Path("/usr/lib/gcc").glob("*/*"))
    return [[str(folder), _changed(folder)] for folder in folders]


def file_state(file: Path | None) -> list[object]:
    """What changes when a program of this machine is replaced."""
    if file is None:
        return []
    try:
        status = file.stat()
    except OSError:
        return [str(file)]
    return [str(file), status.st_size, status.st_mtime_ns]


def _changed(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


def _available() -> int:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return 0
    found = (line.split() for line in lines if line.startswith("MemAvailable:"))
    return next((int(words[1]) << 10 for words in found if len(words) > 1), 0)


def _limit(file: str) -> int:
    try:
        text = Path(file).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return 0
    value = int(text) if text.isdecimal() else 0
    return 0 if value >= 1 << 60 else value  # "max", or version 1's way to say so
