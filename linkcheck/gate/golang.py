"""Official golang images: which Debian or Alpine a tag stands on.

golang.txt is made from the history of github.com/docker-library/golang by `python -m tools.harvest
golang`: a tag that names no distribution stands on the first one of its release's versions.json,
and stays there once a newer release has taken its place.
"""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from typing import Final, Literal, NamedTuple

_GOLANG: Final = re.compile(
    r"(?:(?:docker\.io|index\.docker\.io|mirror\.gcr\.io|public\.ecr\.aws/docker)/)?(?:library/)?"
    r"golang(?::(?P<tag>[\w.-]+))?(?P<digest>@sha256:[0-9a-f]+)?\Z"
)
_DEBIANS: Final = {"buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13"}
_RELEASE: Final = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?-?(rc|beta)?")
_NEWEST: Final = 1 << 20

Release = tuple[int, int, int]


class GolangImage(NamedTuple):
    """`release` None: not known. `floating`: the tag moves on to newer releases of the system."""

    system: Literal["debian", "alpine"]
    release: str | None
    floating: bool


def golang_image(ref: str) -> GolangImage | None:
    """What a REF of an official golang image stands on; None for any other image."""
    found = _GOLANG.match(ref)
    if found is None:
        return None
    tag = found["tag"] or "latest"
    wanted = _release(tag)
    # the image of a full release number is at most built anew until the next one is there
    floating = found["digest"] is None and (wanted is None or wanted[2] == _NEWEST)
    if alpine := re.search(r"\balpine(\d+\.\d+)?", tag):
        release = alpine[1] or _default(wanted, "alpine")
        return GolangImage("alpine", release, floating and not alpine[1])
    codename = next((name for name in _DEBIANS if name in tag.split("-")), None)
    if codename:
        return GolangImage("debian", _DEBIANS[codename], False)
    if "windows" in tag or "nanoserver" in tag:
        return GolangImage("debian", None, False)
    return GolangImage("debian", _default(wanted, "debian"), floating)


def _release(tag: str) -> Release | None:
    """The Go release of a tag; None for `latest`, `1`, `tip` and tags of a distribution alone."""
    found = _RELEASE.match(tag)
    if found is None:
        return None
    early = -1 if found[4] else int(found[3]) if found[3] else _NEWEST
    return int(found[1]), int(found[2]), early


def _default(wanted: Release | None, system: Literal["debian", "alpine"]) -> str | None:
    """The newest row of the table that is not later than that release; None before the first."""
    rows = [row for row in _table() if wanted is None or row[0] <= wanted]
    if not rows:
        return None
    _, debian, alpine = rows[-1]
    return _DEBIANS.get(debian) if system == "debian" else alpine


@functools.cache
def _table() -> tuple[tuple[Release, str, str], ...]:
    text = files("linkcheck.gate").joinpath("golang.txt").read_text("utf-8")
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return tuple((_numbers(release), debian, alpine) for release, debian, alpine in rows)


def _numbers(text: str) -> Release:
    first, second, third = map(int, text.split("."))
    return first, second, third
