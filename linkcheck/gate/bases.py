"""The images that a FROM or `COPY --from` names, golang images among them.

A golang image is the distribution that it stands on, with certificates (buildpack-deps and
golang's Alpine variants install ca-certificates) and, on Debian, gcc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkcheck.errors import LinkcheckError
from linkcheck.gate.golang import GolangImage, golang_image
from linkcheck.images.resolve import ResolvedBase, resolve_base, resolve_known

if TYPE_CHECKING:
    from linkcheck.model.library import LibraryView


def find_base(ref: str) -> ResolvedBase | str:
    """The base of that name, or why there is none. An engine is only asked for other images."""
    golang = golang_image(ref)
    if golang is not None:
        return _golang(ref, golang)
    known = resolve_known(ref)
    if known is not None:
        return known
    try:
        return resolve_base(ref)
    except LinkcheckError as error:
        return str(error)


def _golang(ref: str, golang: GolangImage) -> ResolvedBase | str:
    if golang.release is None:
        return f"{ref}: what it stands on is not known"
    below = f"{golang.system}:{golang.release}"
    known = resolve_known(below)
    return _Golang(ref, known) if known else f"{ref}: the catalog lacks {below}"


class _Golang:
    """A golang image by the distribution below it."""

    def __init__(self, ref: str, below: ResolvedBase) -> None:
        self._below = below
        bundle = "/etc/ssl/certs/ca-certificates.crt"
        provides = below.image.provides._replace(ca_bundle=bundle)
        self.image = below.image._replace(ref=ref, provides=provides)

    def view(self, platform: str) -> LibraryView | None:
        return self._below.view(platform)
