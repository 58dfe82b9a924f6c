"""The file system of an image as a folder, to start programs in it."""

from __future__ import annotations

import os
import posixpath
import shutil
from pathlib import Path
from typing import Final

from linkcheck.errors import BadRootError
from linkcheck.images.layers import Window
from linkcheck.images.root import NoEntry
from linkcheck.images.tree import Node, Tree

MAX_SIZE: Final = 4 << 30
_BLOCK: Final = 1 << 20


def unpack(tree: Tree, folder: Path, workdir: str = "/") -> None:
    """Write files, folders and links below `folder`, which must not be there; devices are left out.

    Every name is that of a node, so that no link is ever followed. No file is setuid. `workdir` is
    made where it is missing, as container runtimes do. Raises OSError, or BadRootError for an image
    that is larger than is sane.
    """
    if isinstance(tree.find(workdir), NoEntry):
        tree.add(posixpath.normpath(workdir), Node("directory", 0o755))
    folder.mkdir()
    _Writer().fill(tree.root, folder)


class _Writer:
    def __init__(self) -> None:
        self._left = MAX_SIZE

    def fill(self, node: Node, folder: Path) -> None:
        for name, child in node.children.items():
            if name in (".", "..") or "/" in name or "\0" in name:
                continue
            place = folder / name
            if child.kind == "directory":
                place.mkdir()
                self.fill(child, place)
                place.chmod(child.mode & 0o1777 | 0o700)  # else it could not be removed
            elif child.kind == "link" and child.target and "\0" not in child.target:
                place.symlink_to(child.target)
            elif child.kind == "file":
                self._write(child, place)

    def _write(self, node: Node, place: Path) -> None:
        self._left -= node.content.size if node.content is not None else 0
        if self._left < 0:
            raise BadRootError(
                f"more than {MAX_SIZE >> 30} GiB would be unpacked", next_step="use --no-verify"
            )
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(place, flags, 0o600), "wb") as out:
            if node.content is not None:
                shutil.copyfileobj(Window(node.content), out, _BLOCK)
            os.fchmod(out.fileno(), node.mode & 0o777)
