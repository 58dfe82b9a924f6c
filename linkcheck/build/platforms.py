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
# GOARCH -> the CPU and ABI parts of a GNU/Linux target triple
_GNU_LINUX = {
    "amd64": ("x86_64", "gnu"),
    "arm64": ("aarch64", "gnu"),
    "arm": ("arm", "gnueabihf"),
    "386": ("x86", "gnu"),
    "ppc64le": ("powerpc64le", "gnu"),
    "s390x": ("s390x", "gnu"),
    "riscv64": ("riscv64", "gnu"),
    "loong64": ("loongarch64", "gnu"),
}
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
        if self.arch == "arm" and self.variant:
            env["GOARM"] = self.variant.removeprefix("v")
        return env

    @property
    def zig_target(self) -> str | None:
        """Its glibc triple as `zig cc -target` takes it, or None where zig has no glibc for it."""
        cpu_abi = _GNU_LINUX.get(self.arch) if self.os == "linux" else None
        return f"{cpu_abi[0]}-linux-{cpu_abi[1]}" if cpu_abi else None

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
