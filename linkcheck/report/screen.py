"""What a format may know of the place where its text will be read."""

from __future__ import annotations

from typing import NamedTuple


class Screen(NamedTuple):
    """`width` in columns, and whether colour codes are understood. The default suits a pipe."""

    width: int = 80
    color: bool = False
