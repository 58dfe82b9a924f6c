"""What packages of the common distributions put into an image.

By name, as the distributions' own package lists have them. A package that is in no list here may
bring others along, so what it does not name is not known, never absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from linkcheck.model.provides import UNKNOWN, MaybeUnknown
from linkcheck.model.stageimage import Installed

CA_PACKAGES: Final = frozenset({"ca-certificates", "ca-certificates-bundle"})
TZ_PACKAGES: Final = frozenset({"tzdata", "tzdata-legacy"})
# Alpine's answers to "it wants glibc": a loader under glibc's name, and a part of its symbols
GLIBC_STANDINS: Final = frozenset({"gcompat", "libc6-compat"})
_PROGRAMS: Final = {
    "curl": ("curl",),
    "curl-minimal": ("curl",),
    "wget": ("wget",),
    "wget2": ("wget2",),
    "bash": ("bash",),
    "busybox": ("busybox", "sh", "wget", "nc"),
    "netcat-openbsd": ("nc",),
    "tini": ("tini",),
    "dumb-init": ("dumb-init",),
    "su-exec": ("su-exec",),
    "gosu": ("gosu",),
}
# Sonames of packages whose names do not follow from them.
_LIBRARIES: Final = {
    "zlib1g": ("libz.so.1",),
    "zlib": ("libz.so.1",),
    "libgcc": ("libgcc_s.so.1",),
    "libgcc-s1": ("libgcc_s.so.1",),
    "libgcc1": ("libgcc_s.so.1",),
    "libstdc++": ("libstdc++.so.6",),
    "libstdc++6": ("libstdc++.so.6",),
    "libssl3": ("libssl.so.3", "libcrypto.so.3"),
    "libssl3t64": ("libssl.so.3", "libcrypto.so.3"),
    "libssl1.1": ("libssl.so.1.1", "libcrypto.so.1.1"),
    "libcrypto3": ("libcrypto.so.3",),
    "openssl-libs": ("libssl.so.3", "libcrypto.so.3"),
    "sqlite-libs": ("libsqlite3.so.0",),
    "glib2": ("libglib-2.0.so.0",),
}
# Packages that bring neither certificates nor time zones along, recommended ones included.
_LEAN: Final = (
    CA_PACKAGES
    | TZ_PACKAGES
    | GLIBC_STANDINS
    | frozenset(_LIBRARIES)
    | frozenset(
        {"adduser", "bash", "busybox", "dumb-init", "gosu", "libgomp1", "netbase", "passwd"}
    )
    | frozenset(
        {"passwd", "shadow", "shadow-utils", "su-exec", "tini", "libsqlite3-0", "musl", "libcap"}
    )
)


def has_package(installed: Iterable[Installed], names: frozenset[str]) -> bool | MaybeUnknown:
    """Whether one of `names` is installed; UNKNOWN where another package may bring it along."""
    open_question = False
    for package in installed:
        if package.name in names:
            return True
        open_question |= package.name not in _LEAN
    return UNKNOWN if open_question else False


def has_program(installed: Iterable[Installed], name: str) -> bool | MaybeUnknown:
    """Whether a package has the program `name`."""
    packages = tuple(installed)
    if any(name in _PROGRAMS.get(p.name, (p.name,)) for p in packages):
        return True
    return (
        UNKNOWN if any(p.name not in _LEAN and p.name not in _PROGRAMS for p in packages) else False
    )


def has_soname(installed: Iterable[Installed], soname: str) -> bool | MaybeUnknown:
    """Whether a package is that library's own; UNKNOWN where another may bring it along."""
    packages = tuple(installed)
    expected = _package_names(soname)
    for package in packages:
        named = soname in _LIBRARIES.get(package.name, ())
        if named or package.name in (*expected, f"so:{soname}"):
            return True
    return UNKNOWN if any(p.name not in _LEAN for p in packages) else False


def _package_names(soname: str) -> tuple[str, ...]:
    """Debian policy 8.1 (`libfoo1`, `libfoo2-1`), and the names that Alpine and Fedora use."""
    stem, _, version = soname.partition(".so")
    version = version.lstrip(".")
    plain = stem.lower().replace("_", "-")
    dash = "-" if plain[-1:].isdigit() else ""
    debian = f"{plain}{dash}{version}"
    bare = re.sub(r"^lib|[\d.-]+$", "", plain)
    return (debian, f"{debian}t64", plain, f"{bare}-libs", f"lib{bare}", bare)
