"""What the environment of a start can change."""

from __future__ import annotations

from typing import Final, NamedTuple

CPU_LEVELS: Final = ("x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4")


class LoadOptions(NamedTuple):
    """`program` is its path in the image, `cpu` the x86 level of the machine if known."""

    program: str = "/app"
    library_path: tuple[str, ...] = ()  # LD_LIBRARY_PATH
    cpu: str | None = None
