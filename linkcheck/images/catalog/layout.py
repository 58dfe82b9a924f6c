"""Where a distribution keeps its libraries, by kind of layout and platform."""

from __future__ import annotations

import posixpath
from typing import Final, NamedTuple

from linkcheck.images.catalog.platforms import Platform

_USR: Final = (("/lib", "/usr/lib"), ("/lib64", "/usr/lib64"), ("/bin", "/usr/bin"))


class Layout(NamedTuple):
    """Folders of one base on one platform; `links` are its folder symlinks, whole prefixes."""

    links: tuple[tuple[str, str], ...]
    libc: str  # of the C library and libgcc, all links resolved
    usr: str  # of the other libraries
    system: tuple[str, ...]  # what the loader searches by default
    tops: frozenset[str]  # folders of `system`, links resolved

    def canonical(self, path: str) -> str:
        """The path with its folder symlinks resolved."""
        path = posixpath.normpath("/" + path.lstrip("/"))
        for link, target in self.links:
            if path == link or path.startswith(f"{link}/"):
                return target + path[len(link) :]
        return path

    def searched(self, path: str) -> str:
        """How the loader's cache spells a canonical path: a linked folder by its short name."""
        for link, target in self.links:
            if path.startswith(f"{target}/"):
                return link + path[len(target) :]
        return path


def layout(kind: str, platform: Platform) -> Layout:
    """The layout of that kind.

    `multiarch` and `multiarch-usr` are Debian's (the latter with a merged /usr), `lib64` is
    Fedora's and its children's, `busybox` that of the busybox image, `wolfi` that of Wolfi,
    `alpine` and `none`.
    """
    links: tuple[tuple[str, str], ...]
    system: tuple[str, ...]
    if kind == "multiarch":
        links = ()
        libc, usr = f"/lib/{platform.multiarch}", f"/usr/lib/{platform.multiarch}"
        system = (libc, usr, "/lib", "/usr/lib")
    elif kind == "multiarch-usr":
        links = _USR
        libc = usr = f"/usr/lib/{platform.multiarch}"
        system = (f"/lib/{platform.multiarch}", usr, "/lib", "/usr/lib")
    elif kind == "lib64":
        links = _USR
        libc = usr = f"/usr/{platform.lib}"
        system = (f"/{platform.lib}", usr)
    elif kind == "busybox":
        links = (("/lib64", "/lib"),)
        libc = usr = "/lib"
        # its libraries are Debian's: so are the folders compiled into its loader
        system = (
            f"/lib/{platform.multiarch}",
            f"/usr/lib/{platform.multiarch}",
            "/lib",
            "/usr/lib",
        )
    elif kind == "wolfi":
        links = (("/lib64", "/usr/lib"), ("/lib", "/usr/lib"))
        libc = usr = "/usr/lib"
        system = ("/lib", "/usr/lib")
    else:
        links, libc, usr = (), "/lib", "/usr/lib"
        system = ("/lib", "/usr/local/lib", "/usr/lib")
    made = Layout(links, libc, usr, system, frozenset())
    return Layout(links, libc, usr, system, frozenset(made.canonical(d) for d in system))
