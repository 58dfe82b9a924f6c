"""A root file system, looked at from outside and never left.

Every path is walked component by component with `lstat`, and symbolic links are followed inside
the root as the kernel would after `chroot`: absolute targets start at the root again, ".." stops
there, and more than 40 links end in ELOOP (path_resolution(7)).
"""

from __future__ import annotations

import mmap
import os
import stat
from collections import deque
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from linkcheck.errors import BadRootError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINKS: Final = 40
MAX_TEXT: Final = 1 << 20
_BLOCK: Final = 1 << 20

EntryKind = Literal["file", "directory", "other"]


class Entry(NamedTuple):
    """What a path leads to: `path` is canonical inside the root, all links resolved."""

    path: str
    kind: EntryKind
    mode: int  # permission bits
    size: int


class NoEntry(NamedTuple):
    """Why a path leads nowhere, in errno's words; `hidden` when we may not look."""

    why: str
    hidden: bool = False


class Root(Protocol):
    """A read-only file system; paths are absolute and may contain links, "." and ".."."""

    @property
    def title(self) -> str:
        """How the root is called in messages."""
        ...

    def entry(self, path: str) -> Entry | NoEntry:
        """What `path` leads to after following all links."""
        ...

    def names(self, path: str) -> tuple[str, ...]:
        """The sorted names in a folder; () where there is no readable folder."""
        ...

    def mapped(self, entry: Entry) -> AbstractContextManager[mmap.mmap]:
        """A context manager that yields the bytes of a non-empty file."""
        ...

    def read(self, path: str, limit: int = MAX_TEXT) -> bytes | NoEntry:
        """Up to `limit` bytes of a file."""
        ...


class Link(NamedTuple):
    """A symbolic link: its own canonical place in the root, and its target as it is written."""

    place: str
    target: str


class CopyableRoot(Root, Protocol):
    """A root whose files can be taken out, and the links with them that lead there."""

    def links(self, path: str) -> tuple[Link, ...]:
        """The links that the walk to `path` meets, in that order, wherever it ends."""
        ...

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """The bytes of a file, no more than `entry.size`.

        Raises BadRootError where it is no longer the file that `entry` was.
        """
        ...


class DirRoot:
    """The root file system that lies unpacked under a folder of this machine.

    Raises BadRootError when `folder` is no readable folder.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = os.path.realpath(folder)
        self.title = f"dir:{os.fspath(folder)}"
        if not Path(self._folder).is_dir():
            raise BadRootError(
                f"{os.fspath(folder)}: not a folder",
                next_step="name an unpacked root file system, e.g. from `docker export`",
            )
        if not os.access(self._folder, os.R_OK | os.X_OK):
            raise BadRootError(
                f"{os.fspath(folder)}: Permission denied", next_step="run as a user who may read it"
            )
        self._lstat = lru_cache(maxsize=1 << 16)(self._lstat_uncached)

    def entry(self, path: str) -> Entry | NoEntry:
        """See `Root.entry`."""
        return self._walk(path, None)

    def links(self, path: str) -> tuple[Link, ...]:
        """See `CopyableRoot.links`."""
        met: dict[str, str] = {}
        self._walk(path, met)
        return tuple(Link(*link) for link in met.items())

    def _walk(self, path: str, met: dict[str, str] | None) -> Entry | NoEntry:
        todo = deque(path.split("/"))
        done: list[str] = []
        links = 0
        while todo:
            part = todo.popleft()
            if part in ("", "."):
                continue
            if part == "..":
                if done:
                    done.pop()
                continue
            found = self._lstat("/".join((*done, part)))
            if isinstance(found, NoEntry):
                return found
            if stat.S_ISLNK(found.st_mode):
                links += 1
                if links > MAX_LINKS:
                    return NoEntry("Too many levels of symbolic links")
                target = self._target("/".join((*done, part)))
                if met is not None:
                    met["/" + "/".join((*done, part))] = target
                if target.startswith("/"):
                    done.clear()
                todo.extendleft(reversed(target.split("/")))
                continue
            if not stat.S_ISDIR(found.st_mode) and todo:
                return NoEntry("Not a directory")
            done.append(part)
        return _entry("/" + "/".join(done), self._lstat("/".join(done)))

    def names(self, path: str) -> tuple[str, ...]:
        """See `Root.names`."""
        entry = self.entry(path)
        if isinstance(entry, NoEntry) or entry.kind != "directory":
            return ()
        try:
            return tuple(sorted(os.listdir(self._host(entry.path))))
        except OSError:
            return ()

    @contextmanager
    def mapped(self, entry: Entry) -> Iterator[mmap.mmap]:
        """See `Root.mapped`. Raises OSError where the file can't be opened."""
        descriptor = os.open(
            self._host(entry.path), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        )
        try:
            with mmap.mmap(descriptor, entry.size, access=mmap.ACCESS_READ) as data:
                yield data
        finally:
            os.close(descriptor)

    def read(self, path: str, limit: int = MAX_TEXT) -> bytes | NoEntry:
        """See `Root.read`."""
        entry = self.entry(path)
        if isinstance(entry, NoEntry):
            return entry
        if entry.kind != "file":
            return NoEntry("Is a directory" if entry.kind == "directory" else "not a file")
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        try:
            descriptor = os.open(self._host(entry.path), flags)
            try:
                return os.read(descriptor, limit)
            finally:
                os.close(descriptor)
        except OSError as error:
            return NoEntry(error.strerror or str(error), hidden=True)

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """See `CopyableRoot.chunks`."""
        try:
            descriptor = self._descend(entry.path)
        except OSError as error:
            raise _changed(self.title, entry.path, error.strerror or str(error)) from error
        try:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode) or before.st_size != entry.size:
                raise _changed(self.title, entry.path, "it is another file now")
            left = entry.size
            while left > 0:
                block = os.read(descriptor, min(left, _BLOCK))
                if not block:
                    raise _changed(self.title, entry.path, "it got shorter")
                left -= len(block)
                yield block
            after = os.fstat(descriptor)
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise _changed(self.title, entry.path, "it was written to")
        finally:
            os.close(descriptor)

    def _descend(self, inside: str) -> int:
        """Open a canonical path a component at a time, so that no link put there since counts."""
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            *above, name = inside.strip("/").split("/")
            for part in above:
                flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
                deeper = os.open(part, flags, dir_fd=folder)
                os.close(folder)
                folder = deeper
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
            return os.open(name, flags, dir_fd=folder)
        finally:
            os.close(folder)

    def _host(self, inside: str) -> str:
        return self._folder + inside

    def _lstat_uncached(self, relative: str) -> os.stat_result | NoEntry:
        try:
            return os.lstat(f"{self._folder}/{relative}")
        except PermissionError as error:
            return NoEntry(error.strerror or "Permission denied", hidden=True)
        except OSError as error:
            return NoEntry(error.strerror or str(error))
        except ValueError:  # a NUL byte or a lone surrogate: no file system has such a name
            return NoEntry("No such file or directory")

    def _target(self, relative: str) -> str:
        try:
            return os.readlink(f"{self._folder}/{relative}")
        except OSError:
            return ""


def _entry(path: str, status: os.stat_result | NoEntry) -> Entry | NoEntry:
    if isinstance(status, NoEntry):
        return status
    kind: EntryKind = "other"
    if stat.S_ISREG(status.st_mode):
        kind = "file"
    elif stat.S_ISDIR(status.st_mode):
        kind = "directory"
    return Entry(path, kind, stat.S_IMODE(status.st_mode), status.st_size)


def _changed(title: str, path: str, why: str) -> BadRootError:
    return BadRootError(
        f"{title}: {path} changed while it was being copied: {why}",
        next_step="let nothing write there, and try again",
    )
