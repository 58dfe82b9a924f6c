"""The file system that the layers of an image make, as names and places of content in memory.

Nothing is unpacked. Links are followed inside the tree, as `images.root` does in a folder.
"""

from __future__ import annotations

import posixpath
from collections import deque
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from linkcheck.errors import BadRootError
from linkcheck.images.root import MAX_LINKS, NoEntry

MAX_NODES: Final = 500_000
MAX_PATH: Final = 4096
MAX_DEPTH: Final = 128
MAX_STEPS: Final = 50_000_000  # names looked at while an image is read; real ones need 2 % of it


class Extent(NamedTuple):
    """A run of bytes of an open file."""

    descriptor: int
    offset: int
    size: int


@dataclass(slots=True, eq=False)
class Node:
    """A file, folder, link or anything else; only folders have children, only files content.

    `owner` is UID and GID, `mtime` seconds since 1970.
    """

    kind: Literal["file", "directory", "link", "other"]
    mode: int
    target: str = ""
    content: Extent | None = None
    children: dict[str, Node] = field(default_factory=dict)
    owner: tuple[int, int] = (0, 0)
    mtime: int = 0


class Tree:
    """A root folder. Raises BadRootError where an image holds more than is sane."""

    def __init__(self) -> None:
        self.root = Node("directory", 0o755)
        self._count = 0
        self._steps = 0

    def find(self, path: str, met: dict[str, str] | None = None) -> tuple[str, Node] | NoEntry:
        """The canonical path and node that `path` leads to, all links followed.

        `met` is given each of these links: its own canonical path, and its target.
        """
        todo = deque(path.split("/"))
        trail: list[tuple[str, Node]] = []
        links = 0
        while todo:
            part = todo.popleft()
            self._steps += 1
            if part in ("", "."):
                continue
            if part == "..":
                if trail:
                    trail.pop()
                continue
            here = trail[-1][1] if trail else self.root
            if here.kind != "directory":
                return NoEntry("Not a directory")
            node = here.children.get(part)
            if node is None:
                return NoEntry("No such file or directory")
            if node.kind == "link":
                links += 1
                if links > MAX_LINKS:
                    return NoEntry("Too many levels of symbolic links")
                if met is not None:
                    met["/" + "/".join((*(name for name, _ in trail), part))] = node.target
                if node.target.startswith("/"):
                    trail.clear()
                todo.extendleft(reversed(node.target.split("/")))
                continue
            trail.append((part, node))
        return "/" + "/".join(name for name, _ in trail), trail[-1][1] if trail else self.root

    def add(self, path: str, node: Node) -> None:
        """Put `node` at `path`, over what is there; folders are merged, missing parents made."""
        name = posixpath.basename(path)
        parent = self._folder(posixpath.dirname(path))
        if parent is None or name in ("", ".", ".."):
            return
        self._count += 1
        self.expect(0)
        old = parent.children.get(name)
        if old is not None and old.kind == node.kind == "directory":
            old.mode, old.owner, old.mtime = node.mode, node.owner, node.mtime
        else:
            parent.children[name] = node

    def expect(self, more: int) -> None:
        """Raises BadRootError where `more` files are more than is sane, or took too long."""
        if self._count + more > MAX_NODES or self._steps > MAX_STEPS:
            raise BadRootError(
                f"the image holds more than {MAX_NODES} files, or links without end",
                next_step="unpack it and use dir:PATH",
            )

    def remove(self, path: str) -> None:
        """Take away what is at `path`, a link itself and not where it leads, with all below."""
        found = self.find(posixpath.dirname(path))
        if not isinstance(found, NoEntry):
            found[1].children.pop(posixpath.basename(path), None)

    def empty(self, path: str) -> None:
        """Take away all below the folder `path`."""
        found = self.find(path)
        if not isinstance(found, NoEntry):
            found[1].children.clear()

    def _folder(self, path: str) -> Node | None:
        """The folder at `path`, made where it is not there; None where something is in its way."""
        found = self.find(path)
        if isinstance(found, NoEntry):
            name = posixpath.basename(path)
            if found.why != "No such file or directory" or name in (".", ".."):
                return None
            above = self._folder(posixpath.dirname(path)) if path.strip("/") else self.root
            if above is None:
                return None
            self._count += 1
            made = Node("directory", 0o755)
            # a link that leads nowhere stays, and what should lie behind it can't be reached
            return above.children.setdefault(name, made)
        return found[1] if found[1].kind == "directory" else None
