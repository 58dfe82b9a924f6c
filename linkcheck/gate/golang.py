"""Official golang images: which Debian or Alpine a tag stands on (`images.golang_images` knows)."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from linkcheck.images.golang_images import default_system

_GOLANG: Final = re.compile(
    r"(?:(?:docker\.io|index\.docker\.io|mirror\.gcr\.io|public\.ecr\.aws/docker)/)?(?:library/)?"
    r"golang(?::(?P<tag>[\w.-]+))?(?P<digest>@sha256:[0-9a-f]+)?\Z"
)
_DEBIANS: Final = {"buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13"}
_RELEASE: Final = re.compile(r"(?P<series>\d+\.\d+)(?P<patch>\.\d+)?(?P<early>-?(?:rc|beta)\d*)?")


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
    # None for `latest`, `1`, `tip` and tags of a distribution alone
    release = _RELEASE.match(tag)
    # the image of a full release number is at most built anew until the next one is there
    full = release is not None and (release["patch"] or release["early"])
    floating = found["digest"] is None and not full
    wanted = release[0].removesuffix("-rc") if release else None
    if alpine := re.search(r"\balpine(\d+\.\d+)?", tag):
        number = alpine[1] or default_system(wanted, "alpine")
        return GolangImage("alpine", number, floating and not alpine[1])
    codename = next((name for name in _DEBIANS if name in tag.split("-")), None)
    if codename:
        return GolangImage("debian", _DEBIANS[codename], False)
    if "windows" in tag or "nanoserver" in tag:
        return GolangImage("debian", None, False)
    codename = default_system(wanted, "debian")
    return GolangImage("debian", _DEBIANS.get(codename or ""), floating)
