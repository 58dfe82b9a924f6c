"""A base of the catalog as a `LibraryView`: what the loader models see of it."""

from __future__ import annotations

import fnmatch
import posixpath
from typing import TYPE_CHECKING

from linkcheck.images.catalog.layout import layout
from linkcheck.images.catalog.platforms import Platform
from linkcheck.images.catalog.stock import Item, opaque, stock
from linkcheck.model.library import CacheEntry, Missing, Opened, SharedObject
from linkcheck.model.provides import UNKNOWN, MaybeUnknown

if TYPE_CHECKING:
    from linkcheck.images.catalog.base import CatalogBase


class CatalogView:
    """One base on one platform. What the base is not known to have or to lack is UNKNOWN."""

    def __init__(self, base: CatalogBase, platform: Platform | None) -> None:
        self._base = base
        self._platform = platform
        self._items: dict[str, Item] = {}
        self._opened: dict[str, SharedObject] = {}
        self._opaque: tuple[str, ...] = ()
        if platform is None:
            return
        self._place = layout(base.layout, platform)
        self._opaque = opaque(base, platform)
        for item in stock(base, platform, self._place):
            for path in (item.path, *item.links):
                self._items[path] = item
        self._sonames = {posixpath.basename(path) for path in self._items}

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
        if self._platform is None:
            return Missing()
        path = self._place.canonical(path)
        item = self._items.get(path)
        if item is not None:
            if item.path not in self._opened:
                self._opened[item.path] = _object(item, self._platform)
            return self._opened[item.path]
        return UNKNOWN if self._untold(path) else Missing()

    def ld_cache(self) -> tuple[CacheEntry, ...] | None:
        """See `LibraryView.ld_cache`: the known libraries, as `ldconfig` would list them."""
        if self._platform is None or not self._base.has_cache:
            return None
        entries = []
        for path, item in self._items.items():
            name = posixpath.basename(path)
            if posixpath.dirname(path) in self._place.tops and name == (item.soname or name):
                entries.append(
                    CacheEntry(name, self._place.searched(path), self._platform.cache_flags)
                )
        return tuple(sorted(entries, key=lambda entry: entry.soname, reverse=True))

    def system_dirs(self, interpreter: SharedObject) -> tuple[str, ...]:  # noqa: ARG002
        """See `LibraryView.system_dirs`: a base has one loader, so it does not matter which."""
        return self._place.system if self._platform else ()

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
        return tuple(sorted(self._items))

    def _untold(self, path: str) -> bool:
        """Whether the facts leave open if something is at that canonical path."""
        folder, name = posixpath.split(path)
        if path.startswith(self._opaque):
            return True
        if folder not in self._place.tops or name in self._sonames or ".so" not in name:
            return False  # a known library is in no other folder too, and none has hwcaps folders
        if name.startswith("ld-") or name in self._base.lacks:
            return False
        if self._base.complete:
            return any(fnmatch.fnmatchcase(name, pattern) for pattern in self._base.untold)
        return True


def _object(item: Item, platform: Platform) -> SharedObject:
    # What a base's own libraries want of each other is there, or the image would not work: their
    # version needs and undefined symbols are left out.
    nodes, exports = item.contents()
    return SharedObject(
        path=item.path,
        bits=platform.bits,
        byte_order=platform.byte_order,
        machine=platform.e_machine,
        soname=item.soname,
        needed=item.needed,
        rpath=None,
        runpath=None,
        dt_flags_1=0,
        bind_now=False,
        version_needs=(),
        version_nodes=nodes,
        undefined=(),
        exports=exports,
    )
