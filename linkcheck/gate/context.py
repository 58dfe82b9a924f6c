"""The build context: the folder whose files COPY and ADD take."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Literal, NamedTuple

_MOST_FOUND = 1000


class ContextFile(NamedTuple):
    """A file or folder of the context, by its path inside it."""

    name: str
    kind: Literal["file", "folder"]
    mode: int
    path: Path


class Context:
    """A folder of this machine, never left: links out of it lead nowhere."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(os.path.realpath(folder))

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
        return tuple(one for one in found if one is not None)

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
