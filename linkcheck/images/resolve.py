"""REF -> base: a name of the catalog, `dir:PATH`, or an image of an archive, engine or registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from linkcheck.errors import MissingToolError, UnknownBaseError
from linkcheck.images.catalog import CatalogBase, load_catalog
from linkcheck.model.provides import BaseImage

if TYPE_CHECKING:
    from linkcheck.model.library import LibraryView

_IMAGES: Final = frozenset({"docker", "docker-archive", "oci-dir", "oci-archive"})


class ResolvedBase(Protocol):
    """A base that programs can be judged against."""

    @property
    def image(self) -> BaseImage:
        """What it is called and what it provides at run time."""
        ...

    def view(self, platform: str) -> LibraryView | None:
        """What a loader of that platform sees in it; None where it is not published for it."""
        ...


class _CatalogEntry:
    """A catalog base under the REF that the user gave."""

    def __init__(self, ref: str, base: CatalogBase) -> None:
        self._base = base
        self.image = base.image(ref)

    def view(self, platform: str) -> LibraryView | None:
        return self._base.view(platform)


def resolve_base(ref: str) -> ResolvedBase:
    """The base that `ref` names.

    Raises UnknownBaseError for a name that nothing knows (with the nearest known names) and
    BadRootError for a `dir:` whose folder, or an image that can't be read, MissingToolError for
    `docker:NAME` without an engine that holds it, and for `registry:NAME` where the registry
    can't be reached or wants a login.
    """
    scheme, colon, rest = ref.partition(":")
    if colon and scheme == "dir":
        from linkcheck.images.root_base import RootBase  # noqa: PLC0415 -- most calls need none

        return RootBase(ref, rest)
    if colon and scheme in _IMAGES:
        from linkcheck.images.image_base import ImageBase  # noqa: PLC0415 -- see above

        return ImageBase(ref)
    if colon and scheme == "registry":
        from linkcheck.images.registry_base import RegistryBase  # noqa: PLC0415 -- see above

        return RegistryBase(ref)
    return resolve_known(ref) or _in_engine(ref)


def resolve_known(ref: str) -> ResolvedBase | None:
    """The base of the catalog that `ref` names, or None: no engine is asked."""
    base = load_catalog().find(ref)
    return None if base is None else _CatalogEntry(ref, base)


def _in_engine(ref: str) -> ResolvedBase:
    """The image of that name in the local engine, for a name that the catalog lacks."""
    from linkcheck.images.image_base import ImageBase  # noqa: PLC0415 -- see above

    try:
        return ImageBase(ref, source=f"docker:{ref}")
    except MissingToolError as error:
        near = ", ".join(load_catalog().suggest(ref))
        hint = f"did you mean {near}? `linkcheck bases` lists the known ones; " if near else ""
        raise UnknownBaseError(
            f"{ref}: no such base in the catalog, nor an image of a local engine",
            next_step=f"{hint}registry:{ref} reads it from its registry, dir:PATH takes any root "
            "file system",
        ) from error
