"""The build context: the folder whose files COPY and ADD take."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from linkcheck.gate.dockerignore import Ignored

_MOST_FOUND = 1000


class ContextFile(NamedTuple):
    """A file or folder of the context, by its path inside it."""

    name: str
    kind: Literal["file", "folder"]
    mode: int
    path: Path


class Context:
    """A folder of this machine, never left: links out of it lead nowhere.

    What `ignored` says is not in it.
    """

    def __init__(self, folder: str | Path, ignored: Ignored | None = None) -> None:
        self._folder = Path(os.path.realpath(folder))
        self._ignored = ignored

    @property
    def folder(self) -> Path:
        """The folder itself."""
        return self._folder

    def find(self, pattern: str) -> tuple[ContextFile, ...]:
        """What a source of COPY means; () where nothing is there (yet)."""
        name = os.path.normpath("/" + pattern).lstrip("/")
        if not name:
            return (ContextFile("", "folder", 0o755, self._folder),)
        if "\0" in name:
            return ()
        try:
            if any(char in name for char in "*?["):
                paths = sorted(self._folder.glob(name))[:_MOST_FOUND]
            else:
                paths = [self._folder / name]
        except (ValueError, OSError, NotImplementedError):
            return ()
        found = (self._file(path) for path in paths)
        return tuple(one for one in found if one is not None and not self._hides(one))

    def left_out(self, pattern: str) -> str | None:
        """What keeps that path out of the context, whether it is there (yet) or not; else None."""
        name = os.path.normpath("/" + pattern).lstrip("/")
        if self._ignored is None or any(char in name for char in "*?["):
            return None
        path = self._folder / name
        return self._ignored.by(name) if path.is_file() else self._ignored.by_whole(name)

    def _hides(self, file: ContextFile) -> bool:
        if self._ignored is None:
            return False
        by = self._ignored.by if file.kind == "file" else self._ignored.by_whole
        return by(file.name) is not None

    def _file(self, path: Path) -> ContextFile | None:
        try:
            real = Path(os.path.realpath(path))
            if not real.is_relative_to(self._folder):
                return None
            status = real.stat()
        except (OSError, ValueError):
            return None
        name = path.relative_to(self._folder).as_posix()
        if stat.S_ISDIR(status.st_mode):
            return ContextFile(name, "folder", stat.S_IMODE(status.st_mode), real)
        if stat.S_ISREG(status.st_mode):
            return ContextFile(name, "file", stat.S_IMODE(status.st_mode), real)
        return None
