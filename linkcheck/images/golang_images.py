"""Which official golang images there are for a Go release, and with which C library.

`golang_images.toml` is made by `python -m tools.harvest golang` from the history of
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
        span = _span(found["series"], spans)
        if span is not None and _rank(span[0]) <= _rank(release) <= _last(span):
            images.append(_image(release, system))
    return tuple(images)


def default_system(release: str | None, kind: str) -> str | None:
    """What a tag stands on that names no system: the newest on which the release is published.

    `release` is one ("1.27.3"), a series ("1.27") whose last release is meant, or None for the
    newest of all; `kind` is "debian", whose answer is a codename, or "alpine", whose answer is a
    number. None for a release that there is no image of. Raises CatalogError for a broken table.
    """
    systems = {name: spans for name, spans in _table().items() if _kind(name) == kind}
    if release is None:
        release = max((s for spans in systems.values() for s in spans), key=_rank)
    whole = _RELEASE.fullmatch(release)
    if whole is None:
        return None
    spans = {name: found for name in systems if (found := _span(whole["series"], systems[name]))}
    if whole["patch"] is None and whole["stage"] is None:
        end = max(map(_last, spans.values()), default=())
        names = [name for name, span in spans.items() if _last(span) == end]
    else:
        rank = _rank(release)
        names = [name for name, span in spans.items() if _rank(span[0]) <= rank <= _last(span)]
    return names[-1].removeprefix("alpine") if names else None


def _kind(system: str) -> str:
    return "alpine" if system.startswith("alpine") else "debian"


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return _parsed(files("linkcheck.images").joinpath("golang_images.toml").read_text("utf-8"))


def _parsed(text: str) -> dict[str, dict[str, list[str]]]:
    try:
        table: dict[str, dict[str, list[str]]] = tomllib.loads(text)
        ranks = [_rank(end) for spans in table.values() for span in spans.values() for end in span]
    except (tomllib.TOMLDecodeError, AttributeError, ValueError) as error:
        raise CatalogError(f"golang_images.toml: {error}") from error
    if not ranks:
        raise CatalogError("golang_images.toml: there are no images in it")
    return table


def _span(series: str, spans: dict[str, list[str]]) -> list[str] | None:
    """The first and last release; of a series after the table on systems that were current then."""
    newest = max((s for known in _table().values() for s in known), key=_rank)
    return spans.get(newest if _rank(series) > _rank(newest) else series)


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
