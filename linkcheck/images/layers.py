"""Layers (tar archives with whiteouts) laid over each other (OCI image specification, "layer").

An archive may come from anyone: its headers are bounded before they are read, its compressed
content while it is unpacked, and its names can only ever be names of the tree.
"""

from __future__ import annotations

import gzip
import importlib
import os
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, Final, cast

from linkcheck.errors import BadRootError
from linkcheck.images.root import NoEntry
from linkcheck.images.tree import MAX_DEPTH, MAX_PATH, Extent, Node, Tree

MAX_UNPACKED: Final = 4 << 30  # bytes of one image's compressed layers
_MAX_HEADER: Final = 1 << 20  # bytes of extended headers, which tarfile reads as a whole
_WHITEOUT: Final = ".wh."
_OPAQUE: Final = ".wh..wh..opq"
_EXTENDED: Final = frozenset(
    {
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.SOLARIS_XHDTYPE,
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
    }
)


class Window:
    """A part of an open file as a file of its own; as much of one as tarfile and gzip ask for."""

    def __init__(self, extent: Extent) -> None:
        self._extent = extent
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes."""
        left = max(0, self._extent.size - self._at)
        size = left if size < 0 else min(size, left)
        data = os.pread(self._extent.descriptor, size, self._extent.offset + self._at)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As a file does it."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._extent.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """As a file does it."""
        return self._at

    def seekable(self) -> bool:
        """It is."""
        return True


class Unpacked:
    """The temporary files, without a name, that compressed layers were written to."""

    def __init__(self) -> None:
        self._files: list[IO[bytes]] = []
        self._left = MAX_UNPACKED

    def plain(self, extent: Extent, title: str) -> Extent:
        """`extent` itself, or what it holds compressed. Raises BadRootError."""
        head = os.pread(extent.descriptor, 4, extent.offset)
        if head == b"\x28\xb5\x2f\xfd":
            opened, trouble = _zstd(title)
        elif head[:2] == b"\x1f\x8b":
            opened, trouble = gzip.open, zlib.error
        else:
            return extent
        file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with us
        self._files.append(file)
        try:
            with opened(Window(extent)) as packed:
                while block := packed.read(1 << 20):
                    self._left -= len(block)
                    if self._left < 0:
                        raise BadRootError(
                            f"{title}: its layers hold more than {MAX_UNPACKED >> 30} GiB",
                            next_step="unpack it and use dir:PATH",
                        )
                    file.write(block)
        except (OSError, EOFError, trouble) as error:
            raise damaged(title, error) from error
        file.flush()
        return Extent(file.fileno(), 0, file.tell())

    def close(self) -> None:
        """Let the space go."""
        for file in self._files:
            file.close()


def lay(tree: Tree, layer: Extent, title: str) -> None:
    """Lay one uncompressed layer over `tree`. Raises BadRootError."""
    added: list[tuple[str, tarfile.TarInfo]] = []
    with members(layer, title) as found:
        for member in found:
            path = member.name.strip("/")
            if len(path) > MAX_PATH or path.count("/") > MAX_DEPTH:
                raise BadRootError(
                    f"{title}: a name of {len(path)} bytes", next_step="check the image"
                )
            folder, _, name = path.rpartition("/")
            # whiteouts take away what lower layers have, wherever they stand in the archive
            if name == _OPAQUE:
                tree.empty(folder)
            elif name.startswith(_WHITEOUT):
                tree.remove(f"{folder}/{name.removeprefix(_WHITEOUT)}")
            else:
                added.append((path, member))
                tree.expect(len(added))
    for path, member in added:
        node = _node(tree, member, layer)
        if node is not None:
            tree.add(path, node)


@contextmanager
def members(archive: Extent, title: str) -> Iterator[Iterator[tarfile.TarInfo]]:
    """The members of a tar archive, each with bounded headers. Raises BadRootError."""
    try:
        with tarfile.open(
            fileobj=cast(IO[bytes], Window(archive)), mode="r:", tarinfo=_Bounded
        ) as opened:
            yield _each(opened)
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        raise damaged(title, error) from error


def damaged(title: str, error: Exception) -> BadRootError:
    """The error for an image that can't be read."""
    return BadRootError(
        f"{title}: can't be read as an image: {' '.join(str(error).split())[:200]}",
        next_step="save it anew (`docker save`), or unpack it and use dir:PATH",
    )


def _zstd(title: str) -> tuple[Callable[..., Any], type[Exception]]:
    """What reads zstd (RFC 8878), and its error. Raises BadRootError where nothing does."""
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    try:
        found = importlib.import_module(name)
    except ImportError as error:
        raise BadRootError(
            f"{title}: its layers are compressed with zstd, which this Python can't read",
            next_step="pip install 'linkcheck[zstd]', or unpack it and use dir:PATH",
        ) from error
    return found.ZstdFile, found.ZstdError


def _each(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (member := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined] # it would keep them all
        yield member


class _Bounded(tarfile.TarInfo):
    """A header that says it is large is refused before it is read."""

    def _proc_member(self, archive: Any) -> Any:
        if self.size < 0 or (self.type in _EXTENDED and self.size > _MAX_HEADER):
            raise tarfile.ReadError(f"a header of {self.size} bytes")
        return super()._proc_member(archive)  # type: ignore[misc]


def _node(tree: Tree, member: tarfile.TarInfo, layer: Extent) -> Node | None:
    mode, owner, mtime = member.mode & 0o7777, (member.uid, member.gid), int(member.mtime)
    if member.isdir():
        return Node("directory", mode, owner=owner, mtime=mtime)
    if member.issym():
        return Node("link", mode, target=member.linkname[:MAX_PATH], owner=owner, mtime=mtime)
    if member.islnk():
        there = tree.find(member.linkname)
        return None if isinstance(there, NoEntry) or there[1].kind != "file" else there[1]
    if not member.isreg() or member.issparse():
        return Node("other", mode, owner=owner, mtime=mtime)
    left = max(0, layer.size - member.offset_data)
    content = Extent(layer.descriptor, layer.offset + member.offset_data, min(member.size, left))
    return Node("file", mode, content=content, owner=owner, mtime=mtime)
