"""A bundle as a folder: complete or not there at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from linkcheck.errors import UsageError
from linkcheck.model.bundle import PROGRAM
from linkcheck.ship.shipment import Shipment

_TOP_LEVEL: Final = frozenset(
    {"app", "bin", "etc", "lib", "lib32", "lib64", "libx32", "opt", "sbin", "tmp", "usr", "var"}
)


@contextmanager
def unpacked(shipment: Shipment, mtime: int, beside: Path | None = None) -> Iterator[Path]:
    """A new folder with the bundle in it, gone after the block unless it was moved away.

    All times in it are `mtime`. It is made in the folder `beside`, else where temporary files are.
    Raises UsageError where it can't be written.
    """
    with _plain_errors(beside):
        holder = Path(tempfile.mkdtemp(prefix=".linkcheck-", dir=beside))
    try:
        folder = holder / "bundle"
        with _plain_errors(folder):
            write(shipment, folder, mtime)
        yield folder
    finally:
        shutil.rmtree(holder, ignore_errors=True)


def write(shipment: Shipment, folder: Path, mtime: int) -> None:
    """Write all pieces below `folder`, which must not be there. Raises OSError."""
    folder.mkdir()
    folder.chmod(0o755)
    for piece in shipment.pieces:
        path = folder / piece.path.lstrip("/")
        if piece.kind == "folder":
            path.mkdir()
            path.chmod(piece.mode)
        elif piece.kind == "link":
            path.symlink_to(piece.target)
        else:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(path, flags, 0o600), "wb") as out:
                shutil.copyfileobj(shipment.content(piece.path), out, 1 << 20)
                os.fchmod(out.fileno(), piece.mode)
    # what is put into a folder changes its time: the deepest come first
    for path in (*sorted(folder.rglob("*"), reverse=True), folder):
        os.utime(path, (mtime, mtime), follow_symlinks=False)


def check_place(output: Path, *, force: bool) -> None:
    """Raises UsageError where `output` may not become the folder of a bundle."""
    if not output.parent.is_dir():
        raise UsageError(
            f"{output.parent}: no such folder", next_step="make it, or name another --output"
        )
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise UsageError(f"{output} is there, and no folder", next_step="name another --output")
    if not output.is_dir() or not any(output.iterdir()):
        return
    if not force:
        raise UsageError(
            f"{output} is there, and not empty", next_step="name another --output, or use --force"
        )
    if not _is_bundle(output):
        raise UsageError(
            f"{output} is there, and no bundle: --force replaces bundles alone",
            next_step="name another --output",
        )


def move(folder: Path, output: Path) -> None:
    """Put `folder` where `output` is, which goes away. Raises UsageError."""
    with _plain_errors(output):
        old = folder.parent / "old"
        if output.is_dir():
            output.rename(old)
        try:
            folder.rename(output)
        except OSError:
            if old.is_dir():
                old.rename(output)
            raise


def _is_bundle(folder: Path) -> bool:
    """Whether it may be one of ours: --force is not to empty a home or project folder."""
    names = {entry.name for entry in folder.iterdir()}
    program, passwd = folder / PROGRAM.lstrip("/"), folder / "etc" / "passwd"
    return (
        program.is_file() and not program.is_symlink() and passwd.is_file() and names <= _TOP_LEVEL
    )


@contextmanager
def _plain_errors(what: Path | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{what or 'the temporary folder'} can't be written: {error.strerror or error}",
            next_step="name another --output",
        ) from error
