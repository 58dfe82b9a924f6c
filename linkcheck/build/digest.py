"""One text for all that a source tree holds, to tell whether anything in it changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

MAX_FILES = 200_000
MAX_BYTES = 4 << 30
_LEFT_OUT = frozenset({".git", ".hg", ".svn", ".jj"})  # -buildvcs alone reads them


class _TooMuchError(Exception):
    """More than is worth reading, or something that leads out of the tree."""


def tree_digest(tree: Path, without: Path | None = None) -> str | None:
    """A SHA-256 over names and contents of `tree`, but for the folder `without` in it.

    None where it can't be told: a file that can't be read, a link to a folder outside of it, or
    more than MAX_FILES or MAX_BYTES.
    """
    digest = hashlib.sha256()
    count = size = 0
    try:
        for path in _files(tree, without):
            status = path.stat()
            count, size = count + 1, size + status.st_size
            if count > MAX_FILES or size > MAX_BYTES:
                return None
            digest.update(os.fsencode(path.relative_to(tree)) + b"\0")
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    except (OSError, _TooMuchError):
        return None
    return digest.hexdigest()


def _files(tree: Path, without: Path | None) -> list[Path]:
    """All regular files, also those behind links, in an order that is always the same."""
    found: list[Path] = []

    def fail(error: OSError) -> None:
        raise error

    for here, folders, files in os.walk(tree, onerror=fail):
        path = Path(here)
        folders[:] = sorted(
            name for name in folders if name not in _LEFT_OUT and path / name != without
        )
        for name in folders:
            if (path / name).is_symlink() and not (path / name).resolve().is_relative_to(tree):
                raise _TooMuchError
        found += [file for name in sorted(files) if (file := path / name).is_file()]
    return found
