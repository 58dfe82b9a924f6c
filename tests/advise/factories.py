"""Hand-made facts, bases and verdicts: each says only what differs from the plainest program."""

from __future__ import annotations

from typing import Any

from linkcheck.model.facts import (
    BinaryFacts,
    CgoPackage,
    ElfFacts,
    GoFacts,
    LibcFacts,
    Module,
    VersionNeed,
)
from linkcheck.model.needs import Need, NeedKind
from linkcheck.model.provides import BaseImage, Provides
from linkcheck.model.verdicts import LoadResult, Refusal

GLIBC_LOADER = "/lib64/ld-linux-x86-64.so.2"
MUSL_LOADER = "/lib/ld-musl-x86_64.so.1"
NET = CgoPackage("net", ("freeaddrinfo", "getaddrinfo"), "std")
USER = CgoPackage("os/user", ("mygetpwuid_r",), "std")
SQLITE = CgoPackage(
    "github.com/mattn/go-sqlite3", ("sqlite3_open_v2",), "github.com/mattn/go-sqlite3 v1.14.22"
)


def elf(**changes: Any) -> ElfFacts:
    """A static, stripped x86-64 program."""
    plain = ElfFacts(
        bits=64,
        byte_order="little",
        machine=62,
        machine_name="x86_64",
        os_abi=0,
        elf_type="EXEC",
        linkage="static",
        interpreter=None,
        soname=None,
        needed=(),
        rpath=None,
        runpath=None,
        dt_flags=0,
        dt_flags_1=0,
        bind_now=False,
        version_needs=(),
        undefined=(),
        has_relr=False,
        exec_stack=False,
        relro="none",
    )
    return plain._replace(**changes)


def dynamic_elf(**changes: Any) -> ElfFacts:
    """A glibc program of release 2.34."""
    version = VersionNeed("libc.so.6", "GLIBC_2.34")
    plain = elf(linkage="dynamic", interpreter=GLIBC_LOADER, needed=("libc.so.6",))
    return plain._replace(**{"version_needs": (version,), **changes})


def go(*markers: str, **changes: Any) -> GoFacts:
    """A Go program built without cgo, with these functions linked."""
    plain = GoFacts(
        version="go1.27.3",
        path="example.com/app",
        main=Module("example.com/app"),
        deps=(),
        settings=(("CGO_ENABLED", "0"), ("GOAMD64", "v1")),
        functions_read=True,
        markers=frozenset(markers),
        cgo_packages=(),
        resolver="none",
    )
    return plain._replace(**changes)


def facts(
    elf_facts: ElfFacts | None = None, go_facts: GoFacts | None = None, **changes: Any
) -> BinaryFacts:
    """A static Go program that wants nothing, unless told otherwise."""
    plain = BinaryFacts(
        path="app",
        size=2_000_000,
        format="elf",
        platform="linux/amd64",
        libc=LibcFacts("none"),
        elf=elf_facts or elf(),
        go=go_facts or go(),
        mode=0o755,
    )
    return plain._replace(**changes)


def cgo_facts(*packages: CgoPackage, markers: tuple[str, ...] = (), **changes: Any) -> BinaryFacts:
    """A dynamic glibc Go program in which `packages` call C."""
    go_facts = go(
        *markers,
        settings=(("CGO_ENABLED", "1"),),
        cgo_packages=packages,
        resolver="cgo" if NET in packages else "none",
    )
    plain = facts(
        dynamic_elf(),
        go_facts,
        libc=LibcFacts("glibc", "2.34", ("__libc_start_main@GLIBC_2.34",)),
    )
    return plain._replace(**changes)


def c_facts(elf_facts: ElfFacts, family: Any = "glibc") -> BinaryFacts:
    """A program that is not in Go."""
    return facts(elf_facts, libc=LibcFacts(family, "2.34"))._replace(go=None)


def base(ref: str = "scratch", **provides: Any) -> BaseImage:
    """A base that is known to have nothing but what is given."""
    nothing: dict[str, Any] = {
        "libc": "none",
        "libc_version": None,
        "ca_bundle": None,
        "tzdata": None,
        "users": (),
        "nsswitch_hosts": None,
        "tmp": None,
        "shell": None,
        "platforms": ("linux/amd64", "linux/arm64"),
        "size": 0,
    }
    return BaseImage(
        ref, ref, f"{ref} of the catalog", Provides(**{**nothing, **provides}), "catalog"
    )


def debian(release: str = "13", libc_version: str = "2.41", **provides: Any) -> BaseImage:
    """Debian slim: glibc, zone files, users, /tmp, a shell, and no certificates."""
    has = {
        "libc": "glibc",
        "libc_version": libc_version,
        "tzdata": "/usr/share/zoneinfo",
        "users": ("root", "nobody"),
        "tmp": "/tmp",
        "shell": "/bin/sh",
        "size": 80_000_000,
    }
    return base(f"debian:{release}-slim", **{**has, **provides})


def refusal(kind: NeedKind, value: str, reason: str, text: str | None = None) -> LoadResult:
    """What a loader model says that refuses the program for one reason."""
    return LoadResult(refusals=(Refusal(kind, value, reason, text),))


NO_LOADER = refusal(
    "loader",
    GLIBC_LOADER,
    f"loader {GLIBC_LOADER} is not in the image",
    "exec /app: no such file or directory",
)
TOO_OLD = refusal(
    "symbol-version",
    "libc.so.6 GLIBC_2.34",
    "its glibc is 2.31, and GLIBC_2.34 is needed",
    "/app: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /app)",
)


def kinds(needs: tuple[Need, ...], confidence: str) -> set[str]:
    """The kinds of run-time needs of that confidence."""
    return {need.kind for need in needs if need.when == "run" and need.confidence == confidence}
