"""A base of the catalog on one platform, as the loader models see it."""

from __future__ import annotations

import functools
import posixpath
from typing import TYPE_CHECKING

from linkcheck.images.catalog.platforms import Platform
from linkcheck.model.library import CacheEntry, Missing, Opened, SharedObject
from linkcheck.model.provides import UNKNOWN, MaybeUnknown

if TYPE_CHECKING:
    from linkcheck.images.catalog.base import CatalogBase
    from linkcheck.images.catalog.shelf import Shelf


class CatalogView:
    """One base on one platform. What the base is not known to have or to lack is UNKNOWN.

    A static program never asks for a library, so the shelf of libraries is filled at the first
    question.
    """

    def __init__(self, base: CatalogBase, platform: Platform | None) -> None:
        self._base = base
        self._platform = platform
        self._opened: dict[str, Opened] = {}

    @property
    def title(self) -> str:
        """See `LibraryView.title`."""
        return self._base.name

    @property
    def platform(self) -> str | None:
        """See `LibraryView.platform`."""
        return self._platform.name if self._platform else None

    def open(self, path: str) -> Opened:
        """See `LibraryView.open`."""
        found = self._opened.get(path)
        if found is None:
            found = self._opened[path] = self._open(path)
        return found

    def ld_cache(self) -> tuple[CacheEntry, ...] | None:
        """See `LibraryView.ld_cache`: the known libraries, as `ldconfig` would list them."""
        if self._shelf is None or not self._base.has_cache:
            return None
        return self._shelf.cache

    def system_dirs(self, interpreter: SharedObject) -> tuple[str, ...]:  # noqa: ARG002
        """See `LibraryView.system_dirs`: a base has one loader, so it does not matter which."""
        return self._shelf.place.system if self._shelf else ()

    def read_text(self, path: str) -> None:  # noqa: ARG002
        """See `LibraryView.read_text`: no base has a preload list or a musl path file."""
        return

    def glibc_release(self, interpreter: SharedObject) -> tuple[int, int] | MaybeUnknown:  # noqa: ARG002
        """See `LibraryView.glibc_release`."""
        return self._base.glibc_release if self._base.libc == "glibc" else UNKNOWN

    def interpreters(self) -> tuple[str, ...]:
        """See `LibraryView.interpreters`."""
        if self._platform is None or not self._base.interpreters:
            return ()
        if self._base.libc == "musl":
            return (self._platform.musl_loader,)
        return (self._platform.loader,)

    def known_paths(self) -> tuple[str, ...]:
        """Every canonical path under which the base is known to have a library."""
        return tuple(sorted(self._shelf.items)) if self._shelf else ()

    @functools.cached_property
    def _shelf(self) -> Shelf | None:
        if self._platform is None:
            return None
        from linkcheck.images.catalog.shelf import fill  # noqa: PLC0415 -- see the class

        return fill(self._base, self._platform)

    def _open(self, path: str) -> Opened:
        shelf = self._shelf
        if shelf is None:
            return Missing()
        canonical = shelf.place.canonical(path)
        if canonical != path:
            return self.open(canonical)
        item = shelf.items.get(path)
        if item is None:
            return UNKNOWN if self._untold(path, shelf) else Missing()
        return shelf.take(item) if item.path == path else self.open(item.path)

    def _untold(self, path: str, shelf: Shelf) -> bool:
        """Whether the facts leave open if something is at that canonical path."""
        folder, name = posixpath.split(path)
        if path.startswith(shelf.opaque):
            return True
        if folder not in shelf.place.tops or name in shelf.names or ".so" not in name:
            return False  # a known library is in no other folder too, and none has hwcaps folders
        if name.startswith("ld-") or name in self._base.lacks:
            return False
        return not self._base.complete or shelf.is_untold(name)
