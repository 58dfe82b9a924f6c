"""Root file systems of Debian releases, as the official `-slim` images have them.

Those images are `debootstrap --variant=minbase` plus the removal of documentation and apt's
caches. One detail decides about loaders: up to bullseye they are made without merged /usr (/bin,
/lib and /lib64 are real folders), from bookworm on with it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from . import cache
from .host import TestbedError, debian_mirror, is_root, need, need_keyring, run

SUITES = {"11": "bullseye", "12": "bookworm", "13": "trixie", "sid": "sid"}
UNMERGED = ("bullseye",)
RECIPE = 1

# What the official slim images leave out; copyright files stay.
_DOCUMENTATION = ("doc", "info", "linda", "lintian/overrides", "locale", "man")
_LEFTOVERS = (
    "var/cache/apt/*.bin",
    "var/cache/apt/archives/*.deb",
    "var/cache/ldconfig/aux-cache",
    "var/lib/apt/lists/*Packages*",
    "var/lib/apt/lists/*Release*",
    "var/log/*.log",
    "var/log/apt/*.log",
    "etc/machine-id",
)


def root(release: str) -> Path:
    """Return the root file system of a release: "11", "12", "13" or "sid"."""
    suite = SUITES[release]
    merged = "unmerged" if suite in UNMERGED else "merged"
    recipe = f"debootstrap {RECIPE} {suite} {merged}"

    def build(folder: Path) -> None:
        bootstrap(suite, folder)
        slim(folder)

    return cache.ensure(f"roots/debian-{release}", recipe, build)


def bootstrap(suite: str, folder: Path, include: Sequence[str] = ()) -> None:
    """Install a minimal Debian into a folder, with the keys and the mirror of this machine."""
    if not is_root():
        raise TestbedError("debootstrap sets owners and calls chroot: run the testbed as root")
    command = [
        need("debootstrap"),
        "--variant=minbase",
        f"--keyring={need_keyring()}",
        "--no-merged-usr" if suite in UNMERGED else "--merged-usr",
    ]
    if include:
        command.append(f"--include={','.join(include)}")
    # A caller's TMPDIR does not exist inside the new system and stops package scripts.
    run([*command, suite, str(folder), debian_mirror()], env={"TMPDIR": "/tmp"})


def slim(folder: Path) -> None:
    """Drop what the official slim images drop, and the device files that engines bring."""
    for name in _DOCUMENTATION:
        _remove_files(folder / "usr/share" / name)
    for pattern in _LEFTOVERS:
        for path in folder.glob(pattern):
            path.unlink()
    # debootstrap copies these from the machine that it runs on.
    (folder / "etc/hostname").write_text("debian\n")
    (folder / "etc/resolv.conf").write_text("")
    _empty_devices(folder / "dev")


def _remove_files(folder: Path) -> None:
    """Delete the files below a folder, but for copyright notices, and the folders left empty."""
    for current, _, files in os.walk(folder, topdown=False):
        for name in files:
            if name != "copyright":
                Path(current, name).unlink()
        if current != str(folder) and not any(Path(current).iterdir()):
            Path(current).rmdir()


def _empty_devices(folder: Path) -> None:
    """Drop the device files: a container engine or bubblewrap brings its own /dev."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
