"""A file or folder as the output of a command: complete, or as it was before."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from linkcheck.errors import UsageError


def check_file(output: Path) -> None:
    """Raises UsageError where `output` may not become a file: no folder, or no regular file."""
    if not output.parent.is_dir():
        raise UsageError(f"{output.parent}: no such folder", next_step="name another --output")
    if output.is_symlink() or (output.exists() and not output.is_file()):
        raise UsageError(f"{output} is there, and no regular file", next_step="name another")


@contextmanager
def whole_file(output: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which takes the place of `output` when the block ends well.

    Raises UsageError where it can't be written.
    """
    check_file(output)
    with plain_errors(output):
        descriptor, name = tempfile.mkstemp(dir=output.parent, prefix=".linkcheck-")
        try:
            with os.fdopen(descriptor, "w+b") as file:
                yield file
                file.flush()
                os.fchmod(file.fileno(), 0o666 & ~_umask())
            Path(name).replace(output)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(name).unlink()
            raise


@contextmanager
def new_folder(write: Callable[[Path], None], beside: Path | None = None) -> Iterator[Path]:
    """A folder that `write` makes and fills, gone after the block unless it was moved away.

    It is made in the folder `beside`, else where temporary files are. Raises UsageError where it
    can't be written.
    """
    with plain_errors(beside):
        holder = Path(tempfile.mkdtemp(prefix=".linkcheck-", dir=beside))
    try:
        folder = holder / "made"
        with plain_errors(folder):
            write(folder)
        yield folder
    finally:
        shutil.rmtree(holder, ignore_errors=True)


def check_folder(output: Path, *, force: bool, kind: str, is_ours: Callable[[Path], bool]) -> None:
    """Raises UsageError where `output` may not become a folder of ours, a `kind`.

    It may where it is not there, or empty, and by `force` where `is_ours` says that it is one.
    """
    if not output.parent.is_dir():
        raise UsageError(
            f"{output.parent}: no such folder", next_step="make it, or name another --output"
        )
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise UsageError(f"{output} is there, and no folder", next_step="name another --output")
    with plain_errors(output):
        if not output.is_dir() or not any(output.iterdir()):
            return
        if not force:
            raise UsageError(
                f"{output} is there, and not empty",
                next_step="name another --output, or use --force",
            )
        if not is_ours(output):
            raise UsageError(
                f"{output} is there, and no {kind}: --force replaces such alone",
                next_step="name another --output",
            )


def move(folder: Path, output: Path, *, force: bool = False) -> None:
    """Put `folder`, of `new_folder`, where `output` is. Raises UsageError.

    What came to lie in `output` since `check_folder` stays, unless `force` says otherwise.
    """
    with plain_errors(output):
        old = folder.parent / "old"
        if force and output.is_dir() and not output.is_symlink():
            output.rename(old)
        try:
            folder.rename(output)  # over an empty folder alone (rename(2))
        except OSError:
            if old.is_dir():
                old.rename(output)
            raise


@contextmanager
def plain_errors(what: Path | None) -> Iterator[None]:
    """OSError of the block as UsageError."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{what or 'the temporary folder'} can't be written: {error.strerror or error}",
            next_step="name another --output",
        ) from error


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return stat.S_IMODE(mask)
