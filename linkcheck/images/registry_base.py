"""A base out of a registry, read over its HTTP API: no engine is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkcheck.errors import BadRootError
from linkcheck.images.image_base import ImageBase
from linkcheck.images.reference import REGISTRY, Reference, parse_reference
from linkcheck.images.registry_store import RegistryStore
from linkcheck.images.stores import fitting

if TYPE_CHECKING:
    from linkcheck.model.library import LibraryView


class RegistryBase(ImageBase):
    """An image of a registry. Of an index it is the one for `platform`, else for this machine,
    and the views of other platforms are those of their own images.

    Raises what `RegistryStore` does, UnknownBaseError for what is no name.
    """

    def __init__(
        self, ref: str, *, platform: str | None = None, reference: Reference | None = None
    ) -> None:
        """`reference` says which image it is, where `ref` only names what the user asked for."""
        self._reference = reference or parse_reference(ref.removeprefix(REGISTRY))
        self._views: dict[str, LibraryView | None] = {}
        store = RegistryStore(self._reference, ref)
        try:
            self._pinned = store.reference
            self._entries: Any = store.top.get("manifests")
            super().__init__(ref, platform=platform, store=store)
        finally:
            store.close()

    @property
    def name(self) -> str:
        """What `docker pull` takes."""
        return self._reference.name

    def view(self, platform: str) -> LibraryView | None:
        """The image for that platform; None where an index has none for it."""
        if not self._entries:  # one image: the kernel model compares the machines
            return super().view(platform)
        if platform not in self._views:
            self._views[platform] = self._view_of(platform)
        return self._views[platform]

    def _view_of(self, platform: str) -> LibraryView | None:
        ref = self.image.ref
        try:
            digest = str(fitting(self._entries, platform, ref)["digest"])
        except BadRootError:
            return None
        if digest == self.stored.digest:
            return super().view(platform)
        return RegistryBase(ref, reference=self._pinned.at(digest)).view(platform)
