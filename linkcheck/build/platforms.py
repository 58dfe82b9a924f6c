"""Platforms in Go's words, GOOS/GOARCH, and what C compilers call them."""

from __future__ import annotations

import platform as host
import re
import sys
from dataclasses import dataclass

from linkcheck.errors import UsageError

# platform.machine() and Docker's `Architecture` -> GOARCH (go tool dist list)
_GOARCH = {
    "x86_64": "amd64",
    "amd64": "amd64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "armv7l": "arm",
    "armv6l": "arm",
    "i386": "386",
    "i686": "386",
    "ppc64le": "ppc64le",
    "s390x": "s390x",
    "riscv64": "riscv64",
    "loongarch64": "loong64",
    "loong64": "loong64",
}
# GOARCH -> CPU in a Debian or Alpine triple, CPU as zig says it, and the ABI behind gnu or musl
_LINUX = {
    "amd64": ("x86_64", "x86_64", ""),
    "arm64": ("aarch64", "aarch64", ""),
    "arm": ("arm", "arm", "eabihf"),
    "386": ("i686", "x86", ""),
    "ppc64le": ("powerpc64le", "powerpc64le", ""),
    "s390x": ("s390x", "s390x", ""),
    "riscv64": ("riscv64", "riscv64", ""),
    "loong64": ("loongarch64", "loongarch64", ""),
}
# GOOS -> what zig calls the system and its ABI, where it brings along all that Go links against
# (for darwin it lacks libresolv, which runtime/cgo wants)
_ZIG_OTHER = {"windows": "windows-gnu"}
_FORM = re.compile(r"[a-z0-9]+/[a-z0-9]+(/v?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Platform:
    """GOOS, GOARCH, and for linux/arm/v7 the GOARM that Docker writes behind it."""

    os: str
    arch: str
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.arch, self.variant) if part)

    @property
    def folder(self) -> str:
        """The name under which results for this platform are kept: linux_amd64."""
        return str(self).replace("/", "_")

    @property
    def env(self) -> dict[str, str]:
        """What tells Go to build for it."""
        env = {"GOOS": self.os, "GOARCH": self.arch}
        if self.variant:
            level = self.variant.removeprefix("v")
            if self.arch == "arm":
                env["GOARM"] = level
            elif self.arch == "amd64":
                env["GOAMD64"] = f"v{level}"  # linux/amd64/v3, as Docker writes it
        return env

    def zig_target_for(self, libc: str) -> str | None:
        """Its triple as `zig cc -target` takes it, or None where zig has no libc for it."""
        if self.arch not in _LINUX:
            return None
        _, cpu, abi = _LINUX[self.arch]
        if self.os == "linux":
            return f"{cpu}-linux-{'musl' if libc == 'musl' else 'gnu'}{abi}"
        other = _ZIG_OTHER.get(self.os) if self.arch in {"amd64", "arm64"} else None
        return f"{cpu}-{other}" if other else None

    def cross_triples(self, libc: str) -> tuple[str, ...]:
        """What a cross gcc for it may be called by, as in aarch64-linux-gnu-gcc."""
        if self.os != "linux" or self.arch not in _LINUX:
            return ()
        cpu, _, abi = _LINUX[self.arch]
        return (f"{cpu}-linux-{'musl' if libc == 'musl' else 'gnu'}{abi}",)

    def same_cpu(self, other: Platform) -> bool:
        """Whether a plain C compiler of `other` also makes code for this one."""
        return (self.os, self.arch) == (other.os, other.arch)


def parse_platform(text: str) -> Platform:
    """`linux/amd64` or `linux/arm/v7` as a Platform. Raises UsageError."""
    if not _FORM.fullmatch(text):
        raise UsageError(f"{text!r} is no platform", next_step="write GOOS/GOARCH, as linux/amd64")
    return Platform(*text.split("/"))


def linux_platform(machine: str | None = None) -> Platform:
    """Linux on this machine's CPU, or on the one that `machine` (as uname -m says) names."""
    name = (machine or host.machine()).lower()
    return Platform("linux", _GOARCH.get(name, name))


def host_platform() -> Platform:
    """The platform for which this machine's own C compiler makes code."""
    system = {"darwin": "darwin", "win32": "windows"}.get(sys.platform, "linux")
    return Platform(system, linux_platform().arch)
