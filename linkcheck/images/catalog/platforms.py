"""Platforms of images, and what a dynamic loader of each is called and looks like.

Loader paths: glibc's `shlib-versions` and ABI supplements, musl's `ldso` (`ld-musl-ARCH`); cache
flags: glibc sysdeps/generic/ldconfig.h.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple


class Platform(NamedTuple):
    """One CPU with its ABI; `machine` names the tables of glibc, `musl` those of musl."""

    name: str
    machine: str
    musl: str
    e_machine: int
    bits: Literal[32, 64]
    byte_order: Literal["little", "big"]
    alpine: str  # Alpine's name, in the soname of its libc
    multiarch: str  # Debian's directory name
    loader: str  # PT_INTERP of programs for glibc
    cache_flags: int  # FLAG_ELF_LIBC6 and the required-architecture bits

    @property
    def musl_loader(self) -> str:
        """PT_INTERP of programs for musl."""
        return f"/lib/ld-musl-{self.musl}.so.1"

    @property
    def lib(self) -> str:
        """The library folder's name where the distribution is not multiarch."""
        return "lib64" if self.bits == 64 else "lib"


def _arm(name: str, alpine: str) -> Platform:
    return Platform(
        name,
        "armv7l",
        "armhf",
        40,
        32,
        "little",
        alpine,
        "arm-linux-gnueabihf",
        "/lib/ld-linux-armhf.so.3",
        0x0903,
    )


PLATFORMS: Final = {
    platform.name: platform
    for platform in (
        Platform(
            "linux/amd64",
            "x86_64",
            "x86_64",
            62,
            64,
            "little",
            "x86_64",
            "x86_64-linux-gnu",
            "/lib64/ld-linux-x86-64.so.2",
            0x0303,
        ),
        Platform(
            "linux/arm64",
            "aarch64",
            "aarch64",
            183,
            64,
            "little",
            "aarch64",
            "aarch64-linux-gnu",
            "/lib/ld-linux-aarch64.so.1",
            0x0A03,
        ),
        _arm("linux/arm/v7", "armv7"),
        _arm("linux/arm/v6", "armhf"),
        Platform(
            "linux/386",
            "i686",
            "i386",
            3,
            32,
            "little",
            "x86",
            "i386-linux-gnu",
            "/lib/ld-linux.so.2",
            0x0003,
        ),
        Platform(
            "linux/ppc64le",
            "ppc64le",
            "powerpc64le",
            21,
            64,
            "little",
            "ppc64le",
            "powerpc64le-linux-gnu",
            "/lib64/ld64.so.2",
            0x0503,
        ),
        Platform(
            "linux/s390x",
            "s390x",
            "s390x",
            22,
            64,
            "big",
            "s390x",
            "s390x-linux-gnu",
            "/lib/ld64.so.1",
            0x0403,
        ),
        Platform(
            "linux/riscv64",
            "riscv64",
            "riscv64",
            243,
            64,
            "little",
            "riscv64",
            "riscv64-linux-gnu",
            "/lib/ld-linux-riscv64-lp64d.so.1",
            0x1003,
        ),
    )
}
_SAME: Final = {
    "linux/arm64/v8": "linux/arm64",
    "linux/arm": "linux/arm/v7",
    "linux/arm/v8": "linux/arm/v7",
    "linux/amd64/v1": "linux/amd64",
    "linux/amd64/v2": "linux/amd64",
    "linux/amd64/v3": "linux/amd64",
    "linux/amd64/v4": "linux/amd64",
}
# An older ARM's programs run on the images for a newer one.
_ALSO: Final = {
    "linux/arm/v5": ("linux/arm/v6", "linux/arm/v7"),
    "linux/arm/v6": ("linux/arm/v7",),
}


def published(platform: str, among: tuple[str, ...]) -> str | None:
    """The platform of `among` that an engine would pull for `platform`, or None."""
    name = _SAME.get(platform, platform)
    return next((p for p in (name, *_ALSO.get(name, ())) if p in among), None)
