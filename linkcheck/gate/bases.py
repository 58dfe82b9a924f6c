"""The images that a FROM or `COPY --from` names, golang images among them.

A golang image is the distribution that it stands on, with certificates (buildpack-deps and
golang's Alpine variants install ca-certificates) and, on Debian, gcc.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from linkcheck.errors import LinkcheckError
from linkcheck.images.resolve import ResolvedBase, resolve_base, resolve_known

if TYPE_CHECKING:
    from linkcheck.model.library import LibraryView

_GOLANG: Final = re.compile(
    r"(?:docker\.io/)?(?:library/)?(?:mirror\.gcr\.io/library/|public\.ecr\.aws/docker/library/)?"
    r"golang(?::(?P<tag>[\w.-]+))?(?P<digest>@sha256:[0-9a-f]+)?\Z"
)
_DEBIANS: Final = {"buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13"}
# The Debian of a golang tag without a codename (github.com/docker-library/golang, versions.json):
# it moves on with each Debian release, for the Go releases that are kept at that time.
_DEFAULTS: Final = (((1, 24), "13"), ((1, 20), "12"), ((1, 17), "11"))


class GolangImage(NamedTuple):
    """`release` None: the newest Alpine. `floating`: its tag moves on to newer releases."""

    system: Literal["debian", "alpine"]
    release: str | None
    floating: bool


def golang_image(ref: str) -> GolangImage | None:
    """What a REF of an official golang image stands on; None for any other image."""
    found = _GOLANG.match(ref)
    if found is None:
        return None
    tag, pinned = found["tag"] or "latest", found["digest"] is not None
    if alpine := re.search(r"\balpine(\d+\.\d+)?", tag):
        return GolangImage("alpine", alpine[1], not alpine[1] and not pinned)
    codename = next((name for name in _DEBIANS if name in tag.split("-")), None)
    release = _DEBIANS[codename] if codename else _default_debian(tag)
    return GolangImage("debian", release, codename is None and not pinned)


def _default_debian(tag: str) -> str:
    found = re.match(r"(\d+)\.(\d+)", tag)
    if found is None:
        return _DEFAULTS[0][1]
    version = (int(found[1]), int(found[2]))
    return next((debian for first, debian in _DEFAULTS if version >= first), "10")


def find_base(ref: str) -> ResolvedBase | str:
    """The base of that name, or why there is none. An engine is only asked for other images."""
    golang = golang_image(ref)
    if golang is not None:
        below = f"debian:{golang.release}" if golang.system == "debian" else "alpine"
        release = f":{golang.release}" if golang.system == "alpine" and golang.release else ""
        known = resolve_known(below + release) or resolve_known(below)
        return _Golang(ref, known) if known else f"{ref}: the catalog lacks {below}{release}"
    known = resolve_known(ref)
    if known is not None:
        return known
    try:
        return resolve_base(ref)
    except LinkcheckError as error:
        return str(error)


class _Golang:
    """A golang image by the distribution below it."""

    def __init__(self, ref: str, below: ResolvedBase) -> None:
        self._below = below
        bundle = "/etc/ssl/certs/ca-certificates.crt"
        provides = below.image.provides._replace(ca_bundle=bundle)
        self.image = below.image._replace(ref=ref, provides=provides)

    def view(self, platform: str) -> LibraryView | None:
        return self._below.view(platform)
