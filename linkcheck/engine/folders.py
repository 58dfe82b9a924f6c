"""Where this machine keeps what is reused, and what is thrown away."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from linkcheck.engine.owner import current_owner, is_dead
from linkcheck.errors import MissingToolError


def cache_home(environ: Mapping[str, str]) -> Path:
    """linkcheck's folder in the user's cache: $XDG_CACHE_HOME, ~/Library/Caches or ~/.cache.

    Made if need be. Raises MissingToolError where it can't be written.
    """
    base = environ.get("XDG_CACHE_HOME")
    if not base or not Path(base).is_absolute():
        home = environ.get("HOME")
        root = Path(home) if home else Path(tempfile.gettempdir(), f"linkcheck-{os.getuid()}")
        base = str(root / ("Library/Caches" if sys.platform == "darwin" else ".cache"))
    folder = Path(base) / "linkcheck"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MissingToolError(
            f"no cache folder: {folder}: {error.strerror}",
            next_step="set XDG_CACHE_HOME to a folder that can be written",
        ) from error
    return folder


@contextlib.contextmanager
def scratch(cache: Path) -> Iterator[Path]:
    """A folder under `cache` that is gone afterwards; those that killed runs left go first."""
    parent = cache / "scratch"
    parent.mkdir(parents=True, exist_ok=True)
    for old in parent.iterdir():
        if _is_orphan(old.name):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_own_prefix(), dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def whole(target: Path) -> Iterator[Path]:
    """An empty file beside `target` to write to, which takes its place after the block.

    It is gone where the block raises. Those that killed runs left in that folder go first.
    """
    for old in target.parent.glob(".*~*"):
        if _is_orphan(old.name[1:]):
            old.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{_own_prefix()}", dir=target.parent)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def deliver(finished: Path, target: Path) -> None:
    """Copy a finished program to `target`, whole or not at all. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with whole(target) as partial:
            shutil.copyfile(finished, partial)
            partial.chmod(0o755)
    except OSError as error:
        if error.filename == str(finished):
            raise
        raise OSError(error.errno, error.strerror, str(target)) from error


def _own_prefix() -> str:
    """Whose a temporary thing is; without colons, as one would end an entry of GOPATH."""
    return f"{current_owner().replace(':', '=')}~"


def _is_orphan(name: str) -> bool:
    return is_dead(name.partition("~")[0].replace("=", ":"))
