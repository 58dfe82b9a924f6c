"""Libraries that a COPY brings: the very file where it is at hand, else what its origin tells."""

from __future__ import annotations

import mmap
import posixpath
import re
from typing import TYPE_CHECKING, Final

from linkcheck.binary.elf.shared import read_shared_object
from linkcheck.errors import LinkcheckError
from linkcheck.gate.origins import Origin, origin_of, source_of
from linkcheck.images.catalog.platforms import PLATFORMS, Platform
from linkcheck.model.library import Missing, NotElf, Opened, SharedObject
from linkcheck.model.provides import UNKNOWN, MaybeUnknown, Provides
from linkcheck.model.stageimage import Copied, StageImage

if TYPE_CHECKING:
    from pathlib import Path

    from linkcheck.gate.contents import Contents
    from linkcheck.images.resolve import ResolvedBase

_LIBC: Final = re.compile(r"(ld[-.]|libc\.|libc-\d|libpthread|libdl\.|librt\.|libm\.|libresolv\.)")
_NUMBERS: Final = re.compile(r"\d+")


class Brought:
    """What the COPYs of a stage put under paths of libraries."""

    def __init__(
        self, contents: Contents, stage: StageImage, ours: Provides, platform: str
    ) -> None:
        self._contents = contents
        self._stage = stage
        self._ours = ours
        self._platform = platform
        self._machine = PLATFORMS.get(platform)
        self._copied = [c for c in stage.copied if ".so" in c.place or c.kind != "file"]

    @property
    def loaders(self) -> tuple[str, ...]:
        """The paths of loaders that are copied by name."""
        return tuple(copied.place for copied in self._copied if "/ld-" in copied.place)

    def arrives(self, path: str, before: float = float("inf")) -> bool | MaybeUnknown:
        """Whether a file is put there, by a COPY that stands before that line."""
        answers = [
            self._contents.arrives(copied, path)
            for copied in self._copied
            if copied.at.line < before
        ]
        return True if True in answers else UNKNOWN if UNKNOWN in answers else False

    def open(self, path: str) -> Opened:
        """The library at a path where one arrives."""
        for copied in reversed(self._copied):
            if self._contents.arrives(copied, path) is True:
                return self._taken(copied, path, path)
        return UNKNOWN

    def linked(self, path: str, before: int) -> Opened | None:
        """What `ldconfig` in that line links to `path`: a file beside it that has it as soname."""
        for copied in reversed(self._copied):
            for longer in self._longer(copied, path) if copied.at.line < before else ():
                found = self._taken(copied, longer, path)
                if not isinstance(found, SharedObject) or found.soname == posixpath.basename(path):
                    return found
        return None

    def _longer(self, copied: Copied, path: str) -> tuple[str, ...]:
        """The paths `path`.* that it puts there."""
        if copied.place.startswith(f"{path}."):
            return (copied.place,)
        inside = path.startswith(f"{copied.place.rstrip('/')}/")
        if copied.origin != "context" or copied.kind != "folder" or not inside:
            return ()
        names = self._contents.context_names(f"{source_of(copied, path)}.*")
        return tuple(posixpath.join(posixpath.dirname(path), name) for name in names)

    def _taken(self, copied: Copied, path: str, shown: str) -> Opened:
        if self._machine is None:
            return UNKNOWN
        origin = origin_of(self._contents, copied, path)
        file = self._context_file(origin)
        if file is not None:
            return _read(file, path)
        base = self._base_of(origin)
        granted = _granted(shown, self._machine)
        is_libc = _LIBC.match(posixpath.basename(path)) is not None
        if copied.origin == "context" or (base is None and is_libc):
            return granted
        if base is None:
            why = f"what {posixpath.basename(path)} needs is not known: {copied.source} is copied"
            return granted._replace(untold=f"{why} out of an image that is not known")
        view = base.view(self._platform)
        known = UNKNOWN if view is None else view.open(origin.path)
        if isinstance(known, SharedObject) and not known.untold:
            granted = known._replace(path=shown)
            if base.image.source == "root":  # what it asks of its libc is known as well
                return granted
        theirs = base.image.provides
        if is_libc:
            return granted if "/ld-" in path else self._beside_loader(granted, theirs)
        return self._fitted(granted, self._machine, origin.ref, theirs)

    def _beside_loader(self, library: SharedObject, theirs: Provides) -> SharedObject:
        """A part of glibc runs with the loader of its own release alone."""
        host = self._host()
        if not _release(host.libc_version) or host.libc != "glibc" or theirs.libc != "glibc":
            return library
        if _release(host.libc_version) == _release(theirs.libc_version):
            return library
        name = posixpath.basename(library.path)
        why = f"{name} is of glibc {theirs.libc_version}, the loader of {host.libc_version}"
        return library._replace(untold=f"{why}: they must be of one release")

    def _host(self) -> Provides:
        """What the libc is that libraries meet: the base's, or the one whose loader is copied."""
        if self._ours.libc != "none":
            return self._ours
        for place in self.loaders:
            for copied in reversed(self._copied):
                if self._contents.arrives(copied, place) is True:
                    base = self._base_of(origin_of(self._contents, copied, place))
                    return self._ours if base is None else base.image.provides
        return self._ours

    def _context_file(self, origin: Origin) -> Path | None:
        in_context = origin.copied.origin == "context"
        return self._contents.context_file(origin.path) if in_context else None

    def _base_of(self, origin: Origin) -> ResolvedBase | None:
        """The image that it comes from, where that is known."""
        base = None if origin.copied.origin == "context" else self._contents.base(origin.ref)
        return None if isinstance(base, str) else base

    def _fitted(
        self, granted: SharedObject, machine: Platform, ref: str, theirs: Provides
    ) -> SharedObject:
        """It is of another distribution: it asks for the libc of that one, or an older one."""
        ours, name = self._host(), posixpath.basename(granted.path)
        if ours.libc not in ("glibc", "musl"):
            return granted
        if theirs.libc not in ("glibc", "musl"):
            return granted._replace(untold=f"{name} comes from {ref}, whose libc is not known")
        if theirs.libc == "musl" and ours.libc == "glibc":
            own = posixpath.basename(machine.musl_loader).replace("ld-musl-", "libc.musl-")
            return granted._replace(needed=(own,))
        if theirs.libc != ours.libc:
            why = f"{name} comes from {ref}: whether musl has what it takes of glibc is not known"
            return granted._replace(untold=why)
        if _release(theirs.libc_version) > _release(ours.libc_version):
            why = (
                f"{name} comes from {ref} with {theirs.libc} {theirs.libc_version}: whether it "
                f"runs with {ours.libc_version} is not known"
            )
            return granted._replace(untold=why)
        return granted


def _release(version: str | MaybeUnknown | None) -> tuple[int, ...]:
    return tuple(map(int, _NUMBERS.findall(version))) if isinstance(version, str) else ()


def _read(file: Path, path: str) -> Opened:
    """As a real root's library is read (`images.root_view.RootView`)."""
    try:
        with (
            file.open("rb") as opened,
            mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            if data[:4] != b"\x7fELF":
                return NotElf("invalid ELF header")
            return read_shared_object(path, data, len(data))
    except FileNotFoundError:
        return Missing()
    except (OSError, ValueError):
        return NotElf("file too short")
    except LinkcheckError:
        return NotElf("invalid ELF header")


class _Grants:
    """The exports of a library that the Dockerfile names: it is taken to be the right one."""

    def defines(self, name: str, version: str | None) -> bool:  # noqa: ARG002
        return True

    def names(self, name: str) -> bool:  # noqa: ARG002
        return True


def _granted(path: str, machine: Platform) -> SharedObject:
    return SharedObject(
        path=path,
        bits=machine.bits,
        byte_order=machine.byte_order,
        machine=machine.e_machine,
        soname=posixpath.basename(path),
        exports=_Grants(),
    )


def packaged(path: str, platform: str) -> Opened:
    """A library that a package of the distribution itself brings."""
    machine = PLATFORMS.get(platform)
    return UNKNOWN if machine is None else _granted(path, machine)
