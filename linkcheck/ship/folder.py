"""A bundle as a folder: complete or not there at all."""

from __future__ import annotations

import os
import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from linkcheck.model.bundle import PROGRAM
from linkcheck.ship import place
from linkcheck.ship.shipment import Shipment

_TOP_LEVEL: Final = frozenset(
    {"app", "bin", "etc", "lib", "lib32", "lib64", "libx32", "opt", "sbin", "tmp", "usr", "var"}
)


def unpacked(
    shipment: Shipment, mtime: int, beside: Path | None = None
) -> AbstractContextManager[Path]:
    """A new folder with the bundle in it, all times `mtime`; see `place.new_folder`."""
    return place.new_folder(lambda folder: write(shipment, folder, mtime), beside)


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
    place.check_folder(output, force=force, kind="bundle", is_ours=_is_bundle)


def _is_bundle(folder: Path) -> bool:
    """Whether it may be one of ours: --force is not to empty a home or project folder."""
    names = {entry.name for entry in folder.iterdir()}
    program, passwd = folder / PROGRAM.lstrip("/"), folder / "etc" / "passwd"
    return (
        program.is_file() and not program.is_symlink() and passwd.is_file() and names <= _TOP_LEVEL
    )
