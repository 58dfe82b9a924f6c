"""A base made from a real root file system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkcheck.images.observe import observe
from linkcheck.images.root import DirRoot
from linkcheck.images.root_view import RootView
from linkcheck.model.provides import BaseImage

if TYPE_CHECKING:
    from linkcheck.model.library import LibraryView


class RootBase:
    """It has the one platform that it was built for. Raises BadRootError for no readable folder."""

    def __init__(self, ref: str, folder: str) -> None:
        root = DirRoot(folder)
        self._view = RootView(root)
        self.root = root
        self.image = BaseImage(
            ref=ref, name=ref, title=ref, provides=observe(root, self._view), source="root"
        )

    def view(self, platform: str) -> LibraryView | None:  # noqa: ARG002 - the loader compares
        """The root itself, whatever the platform: the kernel model compares the machines."""
        return self._view
