"""The data files beside this package, each read once."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parent.parent / "data"

Release = tuple[int, ...]


@functools.cache
def lines(name: str) -> tuple[str, ...]:
    """The lines of a data file ("glibc/x86_64.txt") without its comments."""
    text = (DATA / name).read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@functools.cache
def harvested(name: str) -> tuple[Release, ...]:
    """The releases that a table was made from, as its first line lists them."""
    with (DATA / name).open(encoding="utf-8") as stream:
        return tuple(release(word) for word in stream.readline().split()[2:])


@functools.cache
def release(text: str) -> Release:
    """A release as numbers: 2.34 -> (2, 34)."""
    return tuple(int(part) for part in text.split("."))


def active(start: str, before: str, at: Release) -> bool:
    """Whether a release lies in a span of a table; `-` is an open end."""
    return (start == "-" or release(start) <= at) and (before == "-" or at < release(before))
