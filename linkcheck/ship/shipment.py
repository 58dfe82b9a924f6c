"""The files of a bundle, copied once into an anonymous temporary file.

What is judged is what is written: a root that changes in between changes nothing any more.
"""

from __future__ import annotations

import mmap
import posixpath
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from linkcheck.errors import BadRootError
from linkcheck.images.image_base import ImageRoot
from linkcheck.images.layers import Window
from linkcheck.images.tree import Extent, Node, Tree
from linkcheck.model.bundle import Piece
from linkcheck.ship.place import plain_errors

MAX_SIZE: Final = 4 << 30
MAX_PIECES: Final = 50_000


class Shipment:
    """Collects pieces; each path once, the first one counts. Close it in the end."""

    def __init__(self) -> None:
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with us
        self._pieces: dict[str, Piece] = {"/": Piece("/", "folder", 0o755, "")}
        self._contents: dict[str, Extent] = {}
        self._end = 0

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All pieces but the root itself, folders before what is in them."""
        return tuple(self._pieces[path] for path in sorted(self._pieces) if path != "/")

    def __contains__(self, path: str) -> bool:
        return path in self._pieces

    def add_folder(self, path: str, mode: int = 0o755, why: str = "") -> None:
        """A folder, with those above it. Raises BadRootError where a file is in the way."""
        if path in self._pieces:
            if self._pieces[path].kind != "folder":
                raise _in_the_way(path)
            return
        self.add_folder(posixpath.dirname(path))
        self._add(Piece(path, "folder", mode, why))

    def add_link(self, path: str, target: str, why: str, origin: str = "") -> None:
        """A symbolic link, its target as it is written. Raises as `add_folder` does."""
        self.add_folder(posixpath.dirname(path))
        there = self._pieces.get(path)
        if there is None:
            self._add(Piece(path, "link", 0o777, why, target=target, origin=origin))
        elif (there.kind, there.target) != ("link", target):
            raise _in_the_way(path)

    def add_file(
        self, path: str, mode: int, chunks: Iterable[bytes], why: str, origin: str = ""
    ) -> None:
        """A file with its content. No file of a bundle is setuid, setgid or sticky.

        Raises BadRootError where a folder or link is in its place, UsageError for a full disk.
        """
        self.add_folder(posixpath.dirname(path))
        if path in self._pieces:
            if self._pieces[path].kind != "file":
                raise _in_the_way(path)
            return
        start = self._end
        for chunk in chunks:
            self._end += len(chunk)
            if self._end > MAX_SIZE:
                raise BadRootError(
                    f"{origin or path}: more than {MAX_SIZE >> 30} GiB would go into the bundle",
                    next_step="check the root for files that are not what they seem",
                )
            with plain_errors(None):
                self._spool.write(chunk)
        with plain_errors(None):
            self._spool.flush()
        size = self._end - start
        self._contents[path] = Extent(self._spool.fileno(), start, size)
        self._add(Piece(path, "file", mode & 0o777, why, size=size, origin=origin))

    def content(self, path: str) -> Window:
        """The content of a file that was added."""
        return Window(self._contents[path])

    def extent(self, path: str) -> Extent:
        """Where the content of a file that was added lies."""
        return self._contents[path]

    @contextmanager
    def mapped(self, path: str) -> Iterator[mmap.mmap]:
        """The content of the file that was added first, without a copy in memory."""
        descriptor, offset, size = self._contents[path]
        with mmap.mmap(descriptor, size, access=mmap.ACCESS_READ, offset=offset) as data:
            yield data

    def root(self, title: str) -> ImageRoot:
        """What has been collected so far, as a root file system."""
        tree = Tree()
        for piece in self.pieces:
            kind = "directory" if piece.kind == "folder" else piece.kind
            tree.add(
                piece.path,
                Node(kind, piece.mode, piece.target, self._contents.get(piece.path)),
            )
        return ImageRoot(tree, title)

    def close(self) -> None:
        """Let the space go."""
        self._spool.close()

    def _add(self, piece: Piece) -> None:
        if len(self._pieces) >= MAX_PIECES:
            raise BadRootError(
                f"more than {MAX_PIECES} files would go into the bundle",
                next_step="name a smaller folder with --also",
            )
        self._pieces[piece.path] = piece


def _in_the_way(path: str) -> BadRootError:
    return BadRootError(
        f"{path} can't be both a folder and a link or file in the bundle",
        next_step="take another root",
    )
