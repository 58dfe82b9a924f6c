"""The libraries that one base is known to have on one platform, by path."""

from __future__ import annotations

import fnmatch
import posixpath
from typing import TYPE_CHECKING, NamedTuple

from linkcheck.images.catalog.layout import Layout, layout
from linkcheck.images.catalog.platforms import Platform
from linkcheck.images.catalog.stock import Item, opaque, stock
from linkcheck.model.library import CacheEntry, SharedObject

if TYPE_CHECKING:
    from linkcheck.images.catalog.base import CatalogBase


class Shelf(NamedTuple):
    """`items` by every canonical path that leads to them, `names` their file names.

    `opaque` are folders of which nothing is known, `untold` patterns of names that a base with
    a known inventory may have all the same; `cache` is what `ldconfig` would list.
    """

    platform: Platform
    place: Layout
    items: dict[str, Item]
    names: frozenset[str]
    opaque: tuple[str, ...]
    untold: tuple[str, ...]
    cache: tuple[CacheEntry, ...]

    def take(self, item: Item) -> SharedObject:
        """The library itself.

        What a base's own libraries want of each other is there, or the image would not work:
        their version needs and undefined symbols are left out.
        """
        nodes, exports = item.contents()
        return SharedObject(
            path=item.path,
            bits=self.platform.bits,
            byte_order=self.platform.byte_order,
            machine=self.platform.e_machine,
            soname=item.soname,
            needed=item.needed,
            version_nodes=nodes,
            exports=exports,
        )

    def is_untold(self, name: str) -> bool:
        """Whether a pattern leaves open if the base has a library of that name."""
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.untold)


def fill(base: CatalogBase, platform: Platform) -> Shelf:
    """All libraries of `base` on `platform`."""
    place = layout(base.layout, platform)
    items: dict[str, Item] = {}
    for item in stock(base, platform, place):
        for path in (item.path, *item.links):
            items[path] = item
    return Shelf(
        platform=platform,
        place=place,
        items=items,
        names=frozenset(posixpath.basename(path) for path in items),
        opaque=opaque(base, platform),
        untold=tuple(base.untold),
        cache=_cache(items, place, platform),
    )


def _cache(items: dict[str, Item], place: Layout, platform: Platform) -> tuple[CacheEntry, ...]:
    entries = []
    for path, item in items.items():
        name = posixpath.basename(path)
        if posixpath.dirname(path) in place.tops and name == (item.soname or name):
            entries.append(CacheEntry(name, place.searched(path), platform.cache_flags))
    return tuple(sorted(entries, key=lambda entry: entry.soname, reverse=True))
