"""The libraries of a base on a platform, out of the tables, each under its canonical path."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from linkcheck.images.catalog import glibc, tables
from linkcheck.images.catalog.exports import ListedExports, SpanExports, UntoldExports
from linkcheck.images.catalog.layout import Layout
from linkcheck.images.catalog.platforms import Platform
from linkcheck.model.library import Exports

if TYPE_CHECKING:
    from linkcheck.images.catalog.base import CatalogBase

_GCC: Final = ("libgcc_s.so.1", "libstdc++.so.6")
_ALPINE_TABLE: Final = "libraries/alpine-exports.txt"
_NONE: Final[frozenset[str]] = frozenset()

Contents = tuple[frozenset[str] | None, Exports]


class Item(NamedTuple):
    """One file; `links` are other full paths of it, `contents` its nodes and exports, made late."""

    path: str
    soname: str | None
    links: tuple[str, ...]
    needed: tuple[str, ...]
    contents: Callable[[], Contents]


def stock(base: CatalogBase, platform: Platform, place: Layout) -> Iterator[Item]:
    """Every library that the base is known to have."""
    if base.libc == "glibc":
        yield from _glibc(base, platform, place)
        yield from _runtimes(base, platform, place)
    elif base.libc == "musl" and base.interpreters:
        yield _musl(base, platform)
    if base.inventory:
        yield from _inventory(base, platform)


def opaque(base: CatalogBase, platform: Platform) -> tuple[str, ...]:
    """Folders with shared objects that were not harvested."""
    return tuple(
        fields[1].replace("{multiarch}", platform.multiarch)
        for fields in _rows(base)
        if len(fields) == 2
    )


def _glibc(base: CatalogBase, platform: Platform, place: Layout) -> Iterator[Item]:
    release = base.glibc_release
    loader = posixpath.basename(platform.loader)
    for library in glibc.libraries(platform.machine, release):
        if library.startswith("ld") and library != loader:
            continue  # some tables hold a second loader, for another ABI of the machine
        if base.glibc_libraries and library not in (loader, *base.glibc_libraries):
            continue
        name = glibc.file_name(library, release)
        path = f"{place.libc}/{name}"
        links = [f"{place.libc}/{library}"] if name != library else []
        if library == loader:
            links.append(place.canonical(platform.loader))
        yield Item(
            path=path,
            soname=library,
            links=tuple(link for link in links if link != path),
            needed=glibc.needed(library, loader, release),
            contents=partial(_glibc_contents, base, library, platform.machine),
        )


def _glibc_contents(base: CatalogBase, library: str, machine: str) -> Contents:
    exports = glibc.exports(library, machine, base.glibc_release)
    return exports.nodes | exports.also(base.backported_nodes), exports


def _runtimes(base: CatalogBase, platform: Platform, place: Layout) -> Iterator[Item]:
    for library in base.runtimes:
        fields = _runtime_row(library, platform.machine, base.runtime_facts)
        if fields is None:
            continue
        nodes = frozenset(fields[3].split())
        names = _NONE if fields[4] == "-" else frozenset(fields[4].split())
        path = f"{place.libc}/{library}"
        links: tuple[str, ...] = ()
        needed: tuple[str, ...] = ("libc.so.6",)
        if library == "libstdc++.so.6":
            # the file is called by the newest GLIBCXX_3.4.N: libstdc++.so.6.0.N
            newest = max(int(n.rpartition(".")[2]) for n in nodes if n.startswith("GLIBCXX_3.4."))
            path = f"{place.usr}/{library}.0.{newest}"
            links, needed = (f"{place.usr}/{library}",), ("libm.so.6", "libc.so.6", "libgcc_s.so.1")
        yield Item(
            path=path,
            soname=library,
            links=links,
            needed=needed,
            contents=partial(_runtime_contents, nodes, names),
        )


def _runtime_contents(nodes: frozenset[str], names: frozenset[str]) -> Contents:
    return nodes, ListedExports(nodes, names)


def _runtime_row(library: str, machine: str, distribution: str) -> list[str] | None:
    for line in tables.lines("libraries/runtimes.txt"):
        if line.startswith(f"{library}\t{machine}\t"):
            fields = line.split("\t")
            if distribution in fields[2].split(","):
                return fields
    return None


def _musl(base: CatalogBase, platform: Platform) -> Item:
    exports = SpanExports(f"musl/{platform.musl}.txt", "libc", base.release)
    return Item(
        path=platform.musl_loader,
        soname=f"libc.musl-{platform.alpine}.so.1",
        links=(f"/lib/libc.musl-{platform.alpine}.so.1",),
        needed=(),
        contents=lambda: (None, exports),
    )


def _inventory(base: CatalogBase, platform: Platform) -> Iterator[Item]:
    for fields in _rows(base):
        if len(fields) == 2:
            continue
        _, path, soname, links, needed, nodes, names = fields
        path = path.replace("{multiarch}", platform.multiarch)
        folder = posixpath.dirname(path)
        yield Item(
            path=path,
            soname=None if soname == "-" else soname,
            links=tuple(posixpath.join(folder, name) for name in _listed(links)),
            needed=tuple(_local(name, platform) for name in _listed(needed)),
            contents=partial(_listed_contents, base, soname, nodes, names),
        )


def _listed_contents(base: CatalogBase, soname: str, nodes: str, names: str) -> Contents:
    known = None if nodes == "-" else frozenset(nodes.split(" "))
    if names == "?":
        return known, UntoldExports()
    if names == "@":
        return known, SpanExports(_ALPINE_TABLE, soname, base.release, known)
    return known, ListedExports(known, _NONE if names == "-" else frozenset(names.split(" ")))


def _listed(text: str) -> list[str]:
    return [] if text == "-" else text.split(",")


def _local(soname: str, platform: Platform) -> str:
    """A soname of the harvested amd64 image as it is called on another platform."""
    if soname == "ld-linux-x86-64.so.2":
        return posixpath.basename(platform.loader)
    return soname.replace("musl-x86_64", f"musl-{platform.alpine}")


def _rows(base: CatalogBase) -> Iterator[list[str]]:
    if not base.inventory:
        return
    for line in tables.lines(f"libraries/{base.family}.txt"):
        bases, _, _ = line.partition("\t")
        if base.inventory in bases.split(","):
            yield line.split("\t")
