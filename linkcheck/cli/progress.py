"""Progress on stderr, for people at a terminal alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

_EVERY = 0.1  # seconds between two updates
_PATIENCE = 1.0  # seconds after which a user wonders


@contextmanager
def counter(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A `progress(done, total)` that keeps one line up to date, or None where nobody looks."""
    if not sys.stderr.isatty() or os.environ.get("CI", "").lower() in ("true", "1"):
        yield None
        return
    started = shown = monotonic()
    drawn = False

    def progress(done: int, total: int) -> None:
        nonlocal shown, drawn
        now = monotonic()
        if now - started > _PATIENCE and now - shown > _EVERY:
            shown, drawn = now, True
            sys.stderr.write(f"\r{done} of {total} {what}")
            sys.stderr.flush()

    try:
        yield progress
    finally:
        if drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
