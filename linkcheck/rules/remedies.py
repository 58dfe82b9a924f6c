"""What to change in the build or to put into the image, in the words that all advice shares."""

from __future__ import annotations

from linkcheck.model.facts import BinaryFacts, CgoPackage, GoFacts
from linkcheck.model.needs import NeedKind

# Go's own packages that call C only where it is at hand, and the tag that keeps each from doing so.
PURE_GO_TAGS = {"net": "netgo", "os/user": "osusergo"}

ADD_TO_IMAGE: dict[NeedKind, str] = {
    "ca-certificates": "CA bundle",
    "tzdata": "zoneinfo",
    "users": "/etc/passwd",
    "tmp": "/tmp",
}

RUN_FIXES: dict[NeedKind, str] = {
    "ca-certificates": "copy a CA bundle to /etc/ssl/certs/ca-certificates.crt, or import "
    "golang.org/x/crypto/x509roots/fallback",
    "tzdata": "copy /usr/share/zoneinfo, or build with `-tags timetzdata`",
    "users": "add an /etc/passwd with the user, or set USER and HOME",
    "tmp": "add a /tmp of mode 1777, or set TMPDIR to a writable folder",
    "nss": "copy the libnss_* modules of the linked glibc, or build with `-tags netgo,osusergo`",
    "shell": "add a shell, or start the program without one",
    "library": "add the library that the program opens by itself",
}

_GNU_TRIPLES = {
    "amd64": "x86_64-linux-gnu",
    "386": "x86-linux-gnu",
    "arm64": "aarch64-linux-gnu",
    "arm": "arm-linux-gnueabihf",
    "riscv64": "riscv64-linux-gnu",
    "ppc64le": "powerpc64le-linux-gnu",
    "s390x": "s390x-linux-gnu",
}


def build_tags(go: GoFacts) -> frozenset[str]:
    """The tags given to `go build`, from `go version -m` (`-tags=netgo,osusergo`)."""
    return frozenset((go.setting("-tags") or "").replace(" ", ",").split(",")) - {""}


def foreign_c(go: GoFacts) -> tuple[CgoPackage, ...]:
    """The packages outside of Go's standard library that call C."""
    return tuple(p for p in go.cgo_packages if p.module != "std" and p.package not in PURE_GO_TAGS)


def optional_c(go: GoFacts) -> tuple[CgoPackage, ...]:
    """`net` and `os/user`, where they call C: both have a pure Go form."""
    return tuple(p for p in go.cgo_packages if p.package in PURE_GO_TAGS)


def best_known(package: CgoPackage) -> str:
    """Of the C functions that the package calls the one that a reader knows best.

    os/user calls libc through wrappers of its own: mygetpwuid_r stands for getpwuid_r.
    """
    names = [name.removeprefix("my") for name in package.functions]
    telling = (name for name in ("getaddrinfo", "getpwuid_r", "getpwnam_r") if name in names)
    return next(telling, names[0] if names else "C")


def wrapper_of(package: CgoPackage, function: str) -> str:
    """Where a reader sees that `package` calls the C `function` (cmd/cgo/out.go)."""
    if not package.functions:  # it only converts strings, which takes malloc
        return f"go tool nm: names in {package.package} that start with _C"
    raw = function if function in package.functions else f"my{function}"
    return f"go tool nm: {package.package}._Cfunc_{raw}, or _C2func_{raw}"


def callers_named(go: GoFacts, packages: tuple[CgoPackage, ...], limit: int = 3) -> str:
    """The packages by module and version, each once: "github.com/mattn/go-sqlite3 v1.14.22"."""
    own = "the program's own C code"
    names = dict.fromkeys(own if _is_own(go, p) else p.module or p.package for p in packages)
    listed = list(names)[:limit]
    more = len(names) - len(listed)
    return " and ".join(listed) if not more else f"{', '.join(listed)} and {more} more"


def _is_own(go: GoFacts, package: CgoPackage) -> bool:
    main = go.main.path if go.main else None
    return package.package == "main" or (
        main is not None and (package.module or "").split(" ")[0] == main
    )


def is_pie_without_libraries(facts: BinaryFacts) -> bool:
    """Whether it has an interpreter and no library: Go's `-buildmode=pie` without cgo."""
    elf = facts.elf
    return elf is not None and elf.interpreter is not None and not elf.needed


def is_static(facts: BinaryFacts) -> bool:
    """Whether kernel alone starts it."""
    return facts.elf is not None and facts.elf.linkage in ("static", "static-pie")


def build_change(facts: BinaryFacts) -> str | None:
    """The change of the build that makes it static; None where it is so already, or is no ELF."""
    if facts.elf is None or is_static(facts):
        return None
    if facts.go is None:
        return "link it statically (against musl)"
    if is_pie_without_libraries(facts):
        return "build without -buildmode=pie"
    foreign = foreign_c(facts.go)
    if foreign:
        return f"replace {callers_named(facts.go, foreign)} or link statically against musl"
    optional = optional_c(facts.go)
    if optional:
        users = " and ".join(p.package for p in optional)
        verb = "are the only users of C" if len(optional) > 1 else "is the only user of C"
        return f"build with CGO_ENABLED=0 ({users} {verb})"
    if facts.go.setting("-race") == "true":
        return "build without -race and with CGO_ENABLED=0"
    if facts.go.setting("CGO_ENABLED") == "0":
        return "replace the package that imports libraries without cgo (cgo_import_dynamic)"
    return "build with CGO_ENABLED=0 or link statically against musl"


def older_glibc(facts: BinaryFacts, release: str) -> str:
    """How to build for a base whose glibc is `release`."""
    arch = facts.platform.split("/")[1] if "/" in facts.platform else ""
    triple = _GNU_TRIPLES.get(arch)
    zig = f" or with `zig cc -target {triple}.{release}`" if triple else ""
    return f"build on glibc <= {release}{zig}"


def base_with(facts: BinaryFacts) -> str:
    """Which kind of base has the libc that the program was built for."""
    if facts.libc.family == "musl":
        return "use an Alpine base"
    if facts.libc.family == "glibc":
        floor = f" >= {facts.libc.minimum}" if facts.libc.minimum else ""
        return f"use a base with glibc{floor}"
    return "use the base that it was built in"
