"""Alpine's answers to a program that wants glibc: the packages gcompat and libc6-compat.

What they put where is that of Alpine's APKBUILDs. libc6-compat was a part of musl up to Alpine
3.18, links under glibc's names to musl itself; since 3.19 it is another name of gcompat 1.1.0,
whose links lead to libgcompat. Alpine 3.17 and 3.18 have gcompat 1.1.0 as well, 3.13 to 3.16 have
1.0.0. gcompat.txt holds what the libraries export (`python -m tools.harvest gcompat`).
"""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterable
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

from linkcheck.gate.packages import GLIBC_STANDINS
from linkcheck.images.catalog.platforms import PLATFORMS, Platform
from linkcheck.model.library import LibraryView, Opened, SharedObject
from linkcheck.model.provides import UNKNOWN, BaseImage, MaybeUnknown

if TYPE_CHECKING:
    from linkcheck.model.stageimage import Installed

_PLATFORMS: Final = ("linux/amd64", "linux/arm64")
_ALPINE: Final = re.compile(r"alpine:(\d+)\.(\d+)\Z")
_GCOMPAT: Final = "libgcompat.so.0"
# musl takes libc, libm, libpthread, librt and libutil as itself, whatever lies under these names
_MUSL_LINKS: Final = frozenset({"libcrypt.so.1"})
_GCOMPAT_LINKS: Final = frozenset({"libcrypt.so.1", "libresolv.so.2"})
_ONE_PACKAGE: Final = (3, 19)


class Standin(NamedTuple):
    """What is installed: gcompat of that release, or (None) links to musl.

    `links` are the names under which its library is found beside its own; UNKNOWN: not known.
    """

    platform: Platform
    gcompat: str | None
    links: frozenset[str] | MaybeUnknown

    @property
    def loaders(self) -> tuple[str, ...]:
        """The paths of the file that takes the place of glibc's loader."""
        name = posixpath.basename(self.platform.loader)
        return (f"/lib/{name}", f"/lib64/{name}")

    def open(self, path: str, below: LibraryView) -> Opened | None:
        """What the packages put at `path`; None where that is not theirs."""
        folder, name = posixpath.split(path)
        if path in self.loaders:
            if self.gcompat is None:
                return below.open(self.platform.musl_loader)
            return self._object(self.loaders[0], None, (), frozenset())
        if folder != "/lib":
            return None
        if self.gcompat is None:
            linked = self.links is not UNKNOWN and name in self.links
            return below.open(self.platform.musl_loader) if linked else None
        if name in ("libobstack.so.1", "libucontext.so.1"):
            return self._object(path, name, (), _names("*", name))
        if name == _GCOMPAT or (self.links is not UNKNOWN and name in self.links):
            return self._library()
        return UNKNOWN if self.links is UNKNOWN and name in _GCOMPAT_LINKS else None

    def _library(self) -> SharedObject:
        needed = ("libucontext.so.1", "libobstack.so.1", f"libc.musl-{self.platform.alpine}.so.1")
        names = _names(self.gcompat or "", _GCOMPAT)
        return self._object(f"/lib/{_GCOMPAT}", _GCOMPAT, needed, names)

    def _object(
        self, path: str, soname: str | None, needed: tuple[str, ...], names: frozenset[str]
    ) -> SharedObject:
        return SharedObject(
            path=path,
            bits=self.platform.bits,
            byte_order=self.platform.byte_order,
            machine=self.platform.e_machine,
            soname=soname,
            needed=needed,
            exports=_Exports(names),
        )


class _Exports(NamedTuple):
    exported: frozenset[str]

    def defines(self, name: str, version: str | None) -> bool:  # noqa: ARG002 -- it has no versions
        return name in self.exported

    def names(self, name: str) -> bool:
        return name in self.exported


def standin_of(
    installed: Iterable[Installed], base: BaseImage, platform: str
) -> Standin | MaybeUnknown | None:
    """The stand-in among the packages, or None; UNKNOWN: there is one, and not known which."""
    packages = {package.name for package in installed} & GLIBC_STANDINS
    if not packages:
        return None
    found = _ALPINE.match(base.name)
    if found is None or platform not in _PLATFORMS:
        return UNKNOWN
    release, machine = (int(found[1]), int(found[2])), PLATFORMS[platform]
    if release >= _ONE_PACKAGE:
        return Standin(machine, "1.1.0", _GCOMPAT_LINKS)
    if "gcompat" not in packages:
        # on other machines its links had other names in some releases
        return Standin(machine, None, _MUSL_LINKS) if platform == "linux/amd64" else UNKNOWN
    if release >= (3, 17):
        return Standin(machine, "1.1.0", UNKNOWN)
    if release >= (3, 13):
        both = "libc6-compat" in packages
        return Standin(machine, "1.0.0", UNKNOWN if both else frozenset())
    return UNKNOWN


@functools.cache
def _names(release: str, library: str) -> frozenset[str]:
    text = files("linkcheck.gate").joinpath("gcompat.txt").read_text("utf-8")
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return next(
        frozenset(names) for since, name, *names in rows if (since, name) == (release, library)
    )
