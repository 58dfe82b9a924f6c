"""What a format may know of the place where its text will be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screen:
    """`width` in columns, and whether colour codes are understood. The default suits a pipe."""

    width: int = 80
    color: bool = False
