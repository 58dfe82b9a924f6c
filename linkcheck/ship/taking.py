"""Files taken out of a root, each with the links under which it is looked for."""

from __future__ import annotations

from typing import Final

from linkcheck.errors import BadRootError
from linkcheck.images.root import CopyableRoot, Entry, NoEntry
from linkcheck.ship.shipment import Shipment

_MAX_DEPTH: Final = 32
MAX_FILE: Final = 1 << 30


class Taker:
    """Takes files out of `root` into a shipment."""

    def __init__(self, root: CopyableRoot, ref: str, shipment: Shipment) -> None:
        self.root = root
        self.ref = ref
        self._shipment = shipment

    def has(self, path: str) -> bool:
        """Whether there is a file or folder at the end of `path`."""
        found = self.root.entry(path)
        return isinstance(found, Entry) and found.kind in ("file", "directory")

    def take(self, path: str, why: str) -> None:
        """The file `path` and the links that lead to it.

        Raises BadRootError where it is no regular file (a device, a socket), may not be read, is
        larger than is sane, or its name holds what no name should.
        """
        entry = self.root.entry(path)
        if isinstance(entry, NoEntry):
            raise self._no(path, entry.why)
        if entry.kind != "file":
            raise self._no(path, "it is no regular file")
        if entry.size > MAX_FILE:
            raise self._no(path, f"its {entry.size} bytes are more than is sane")
        self._take_links(path, why)
        self._check_name(entry.path)
        chunks = self.root.chunks(entry) if entry.path not in self._shipment else ()
        self._shipment.add_file(entry.path, entry.mode, chunks, why, self.ref)

    def take_tree(self, path: str, why: str, without: frozenset[str] = frozenset()) -> list[str]:
        """The folder `path` and all in it, but the names `without` at its top.

        What is neither file, folder nor link, leads nowhere or has a hostile name is passed over;
        the answer lists such. Raises BadRootError where there is no such folder.
        """
        entry = self.root.entry(path)
        if isinstance(entry, NoEntry) or entry.kind != "directory":
            raise self._no(path, entry.why if isinstance(entry, NoEntry) else "it is no folder")
        self._take_links(path, why)
        self._check_name(entry.path)
        passed: list[str] = []
        self._take_below(entry.path, why, without, passed, 0)
        return passed

    def _take_below(
        self, folder: str, why: str, without: frozenset[str], passed: list[str], depth: int
    ) -> None:
        self._shipment.add_folder(folder)
        for name in self.root.names(folder):
            if name in without:
                continue
            path = f"{folder.rstrip('/')}/{name}"
            found = self.root.entry(path)
            if not _is_sane(path) or isinstance(found, NoEntry) or depth > _MAX_DEPTH:
                passed.append(path)
            elif found.path != path and found.kind == "directory":
                passed.append(path)  # a link to a folder: it may lead to all of the root
            elif found.kind == "directory":
                self._take_below(path, why, frozenset(), passed, depth + 1)
            elif found.kind == "file" and found.size <= MAX_FILE:
                self.take(path, why)
            else:
                passed.append(path)

    def _take_links(self, path: str, why: str) -> None:
        for link in self.root.links(path):
            self._check_name(link.place)
            self._check_name(link.target)
            self._shipment.add_link(link.place, link.target, why, self.ref)

    def _check_name(self, path: str) -> None:
        if not _is_sane(path):
            raise self._no(path, "its name holds control characters or is not UTF-8")

    def _no(self, path: str, why: str) -> BadRootError:
        return BadRootError(
            f"{self.ref}: {path!r} can't be taken: {why}", next_step="check that root"
        )


def _is_sane(path: str) -> bool:
    return path.isprintable() and len(path) < 4096
