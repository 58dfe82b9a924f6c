"""The files that are measured: real programs of the testbed, else of this machine."""

from __future__ import annotations

import json
from pathlib import Path

from tools.testbed import cache

SMALL = 5 << 20  # bytes


def programs() -> list[Path]:
    """All real programs that are at hand, smallest first."""
    index = cache.root() / "programs" / "index.json"
    if index.is_file():
        found = [Path(e["path"]) for e in json.loads(index.read_text())]
    else:
        found = [p for p in Path("/usr/bin").iterdir() if p.is_file() and _is_elf(p)]
    return sorted((p for p in found if p.is_file()), key=lambda p: (p.stat().st_size, str(p)))


def small_ones(count: int) -> list[Path]:
    """`count` programs of 5 MB and less, spread over all sizes."""
    small = [p for p in programs() if p.stat().st_size <= SMALL]
    step = max(1, len(small) // count)
    return small[::step][:count]


def go_programs(count: int) -> list[Path]:
    """Up to `count` Go programs of any size, smallest first."""
    index = cache.root() / "programs" / "index.json"
    if not index.is_file():
        return []
    go = [Path(e["path"]) for e in json.loads(index.read_text()) if e["go"]]
    go.sort(key=lambda p: p.stat().st_size)
    return go[: count or None]


def _is_elf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"\x7fELF"
    except OSError:
        return False
