"""Which official golang images there are for a Go release, and with which C library.

`golang_images.toml` is made by `python -m tools.golang_images` from the history of
github.com/docker-library/golang.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from linkcheck.errors import CatalogError
from linkcheck.images.resolve import resolve_known

_RELEASE: Final = re.compile(
    r"(?P<series>(?P<major>\d+)\.(?P<minor>\d+))(?:\.(?P<patch>\d+))?"
    r"(?:(?P<stage>beta|rc)(?P<number>\d+))?"
)
_STAGES: Final = {"beta": -2, "rc": -1, None: 0}

Rank = tuple[int, ...]


class GolangImage(NamedTuple):
    """One image; `base` is the distribution that it stands on, as the catalog calls it."""

    ref: str
    base: str
    libc: str  # glibc or musl
    libc_version: str


def golang_images(release: str) -> tuple[GolangImage, ...]:
    """The images of a Go release ("1.27.3", "1.28rc1"), glibc's first, oldest C library first.

    A series that is newer than the table is taken to be where the newest known one is. Empty for
    a release that there is no image of. Raises CatalogError for a broken table.
    """
    found = _RELEASE.fullmatch(release)
    if found is None:
        return ()
    images = []
    for system, spans in _table().items():
        span = spans.get(found["series"]) or _beyond(found["series"], spans)
        if span is not None and _rank(span[0]) <= _rank(release) <= _last(span):
            images.append(_image(release, system))
    return tuple(images)


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return _parsed(files("linkcheck.build").joinpath("golang_images.toml").read_text("utf-8"))


def _parsed(text: str) -> dict[str, dict[str, list[str]]]:
    try:
        table: dict[str, dict[str, list[str]]] = tomllib.loads(text)
        ranks = [_rank(end) for spans in table.values() for span in spans.values() for end in span]
    except (tomllib.TOMLDecodeError, AttributeError, ValueError) as error:
        raise CatalogError(f"golang_images.toml: {error}") from error
    if not ranks:
        raise CatalogError("golang_images.toml: there are no images in it")
    return table


def _beyond(series: str, spans: dict[str, list[str]]) -> list[str] | None:
    """The span of a series that came after the table: of systems that were current then."""
    newest = max((s for spans in _table().values() for s in spans), key=_rank)
    return spans.get(newest) if _rank(series) > _rank(newest) else None


def _last(span: list[str]) -> Rank:
    return _rank(span[1]) if len(span) > 1 else (1 << 30,)


def _rank(release: str) -> Rank:
    """Sorts releases: 1.27beta1, 1.27rc1, 1.27.0, 1.27.1. "1.20" was the first of its series."""
    found = _RELEASE.fullmatch(release)
    if found is None:
        raise ValueError(f"{release!r} is no Go release")
    return (
        int(found["major"]),
        int(found["minor"]),
        int(found["patch"] or 0),
        _STAGES[found["stage"]],
        int(found["number"] or 0),
    )


def _image(release: str, system: str) -> GolangImage:
    base = f"alpine:{system[6:]}" if system.startswith("alpine") else f"debian:{system}"
    known = resolve_known(base)
    provides = known.image.provides if known else None
    if provides is None or not isinstance(provides.libc_version, str):
        raise CatalogError(f"golang_images.toml: the catalog does not know {base}")
    return GolangImage(
        f"golang:{release}-{system}", base, str(provides.libc), provides.libc_version
    )
