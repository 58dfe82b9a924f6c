"""The root file systems by name: one line a root, whatever it is made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from . import alpine, cache, debian, distroless
from .host import TestbedError


def _scratch() -> Path:
    return cache.ensure("roots/scratch", "empty", lambda _: None)


ROOTS: dict[str, Callable[[], Path]] = {
    "debian-12": partial(debian.root, "12"),
    "debian-13": partial(debian.root, "13"),
    **{
        f"distroless-{flavour}-{distribution}": partial(distroless.root, flavour, distribution)
        for distribution in distroless.RELEASES
        for flavour in distroless.FLAVOURS
    },
    f"alpine-{alpine.RELEASE}": alpine.minimal,
    "scratch": _scratch,
    "debian-11": partial(debian.root, "11"),
    "debian-sid": partial(debian.root, "sid"),
}


def make(names: Iterable[str] = ()) -> dict[str, Path]:
    """Make the named roots, or all of them, and return where each lies."""
    chosen = list(names) or list(ROOTS)
    unknown = sorted(set(chosen) - set(ROOTS))
    if unknown:
        raise TestbedError(f"no root {', '.join(unknown)}; there are {', '.join(ROOTS)}")
    return {name: ROOTS[name]() for name in chosen}
