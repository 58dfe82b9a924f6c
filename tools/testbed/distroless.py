"""Root file systems of the distroless images, from the packages that the real ones are made of.

The real images are Debian packages unpacked one over another, with no package script run, plus a
few files of their own: users, /tmp, one bundle of the CA certificates, os-release. The lists and
contents below follow the build rules of GoogleContainerTools/distroless (static/, base/, cc/ and
common/). Two consequences matter to loaders: there is no /etc/ld.so.cache, because nothing runs
ldconfig; and only debian13 has a merged /usr, whose links come with its base-files package, while
debian12 keeps /lib and /lib64 as its packages ship them.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from . import apt, cache
from .host import run

RECIPE = 2


@dataclass(frozen=True, slots=True)
class Release:
    """What one Debian release puts into each flavour."""

    codename: str
    number: str
    static: tuple[str, ...]
    ssl: tuple[str, ...]
    gcc: tuple[str, ...]

    def packages(self, flavour: str) -> tuple[str, ...]:
        """Return the packages of a flavour, in the order in which they are laid down."""
        glibc = (*self.static, "libc6")
        base = (*glibc, *self.ssl)
        flavours = {
            "static": self.static,
            "base-nossl": glibc,
            "base": base,
            "cc": (*base, "libgomp1", "libstdc++6", "libgcc-s1", *self.gcc),
        }
        return flavours[flavour]


_STATIC = ("base-files", "netbase", "tzdata", "media-types")
RELEASES = {
    "debian12": Release("bookworm", "12", static=_STATIC, ssl=("libssl3",), gcc=("gcc-12-base",)),
    "debian13": Release(
        "trixie",
        "13",
        static=(*_STATIC, "tzdata-legacy"),
        ssl=("libssl3t64", "libzstd1", "zlib1g"),
        gcc=("gcc-14-base",),
    ),
}
FLAVOURS = ("static", "base-nossl", "base", "cc")

_PASSWD = """\
root:x:0:0:root:/root:/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
"""
_GROUP = "root:x:0:\nnobody:x:65534:\ntty:x:5:\nstaff:x:50:\nnonroot:x:65532:\n"
_NSSWITCH = """\
passwd:         compat
group:          compat
shadow:         compat
gshadow:        files
hosts:          files dns
networks:       files
protocols:      db files
services:       db files
ethers:         db files
rpc:            db files
netgroup:       nis
"""
_OS_RELEASE = """\
PRETTY_NAME="Distroless"
NAME="Debian GNU/Linux"
ID="debian"
VERSION_ID="{number}"
VERSION="Debian GNU/Linux {number} ({codename})"
HOME_URL="https://github.com/GoogleContainerTools/distroless"
"""


def root(flavour: str, distribution: str) -> Path:
    """Return the root file system of a flavour ("static") of a distribution ("debian12")."""
    release = RELEASES[distribution]
    packages = release.packages(flavour)
    text = "".join((_PASSWD, _GROUP, _NSSWITCH, _OS_RELEASE))
    contents = hashlib.sha256(text.encode()).hexdigest()[:8]
    recipe = f"distroless {RECIPE} {release.codename} {' '.join(packages)} {contents}"

    def build(folder: Path) -> None:
        with cache.scratch_folder() as downloads:
            files = apt.Suite(release.codename).download((*packages, "ca-certificates"), downloads)
            for name in packages:
                apt.unpack(files[name], folder)
                _register(files[name], folder)
            _bundle_certificates(files["ca-certificates"], folder)
        _add_own_files(folder, release)

    return cache.ensure(f"roots/distroless-{flavour}-{distribution}", recipe, build)


def _register(package: Path, folder: Path) -> None:
    """Note the package under status.d, where scanners of distroless images look."""
    status = folder / "var/lib/dpkg/status.d"
    status.mkdir(parents=True, exist_ok=True)
    name = apt.field(package, "Package")
    (status / name).write_text(run(["dpkg-deb", "--field", str(package)]))


def _bundle_certificates(package: Path, folder: Path) -> None:
    """Join the CA certificates into the one file that programs read; the parts stay out."""
    with cache.scratch_folder() as unpacked:
        apt.unpack(package, unpacked)
        parts = sorted((unpacked / "usr/share/ca-certificates/mozilla").glob("*.crt"))
        bundle = "".join(part.read_text().rstrip("\n") + "\n" for part in parts)
        notice = "usr/share/doc/ca-certificates/copyright"
        _write(folder / notice, (unpacked / notice).read_text())
    _write(folder / "etc/ssl/certs/ca-certificates.crt", bundle)
    _register(package, folder)


def _add_own_files(folder: Path, release: Release) -> None:
    _write(folder / "etc/passwd", _PASSWD)
    _write(folder / "etc/group", _GROUP)
    _write(folder / "etc/nsswitch.conf", _NSSWITCH)
    names = _OS_RELEASE.format(number=release.number, codename=release.codename)
    _write(folder / "usr/lib/os-release", names)
    for name, owner, mode in (
        ("root", 0, 0o700),
        ("home", 0, 0o755),
        ("home/nonroot", 65532, 0o700),
        ("tmp", 0, 0o1777),
    ):
        path = folder / name
        path.mkdir(exist_ok=True)
        path.chmod(mode)
        if os.geteuid() == 0:
            os.chown(path, owner, owner)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o644)
