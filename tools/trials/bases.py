"""The real roots of the testbed, and the catalog names of the same bases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.testbed import cache

_CATALOG = {
    "debian-11": "debian:11-slim",
    "debian-12": "debian:12-slim",
    "debian-13": "debian:13-slim",
    "debian-sid": "debian:sid-slim",
    "alpine-3.23": "alpine:3.23",
    "scratch": "scratch",
}


@dataclass(frozen=True, slots=True)
class RealBase:
    """One root; `ref` is the catalog's name for the same base."""

    name: str
    root: Path
    ref: str


def real_bases() -> tuple[RealBase, ...]:
    """All finished roots of the testbed, in name order."""
    folder = cache.root() / "roots"
    names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    return tuple(RealBase(name, folder / name, _catalog_name(name)) for name in names)


def _catalog_name(name: str) -> str:
    if name.startswith("distroless-"):
        image, _, suite = name.removeprefix("distroless-").rpartition("-")
        return f"gcr.io/distroless/{image}-{suite}"
    return _CATALOG[name]
