"""Reports made by hand, with every field of the model in use."""

from __future__ import annotations

from linkcheck.model.facts import (
    BinaryFacts,
    CgoPackage,
    ElfFacts,
    GoFacts,
    LibcFacts,
    Module,
    VersionNeed,
)
from linkcheck.model.needs import Need
from linkcheck.model.report import Build, Failure, Report, Subject, Trial
from linkcheck.model.verdicts import Finding, Recommendation, Verdict

LOADER = "/lib64/ld-linux-x86-64.so.2"
BASES = (
    "scratch",
    "gcr.io/distroless/static-debian13",
    "gcr.io/distroless/base-debian13",
    "alpine:3.23",
    "debian:13-slim",
    "ubuntu:24.04",
    "dir:/srv/roots/debian-11",
)


def elf(linkage: str = "dynamic") -> ElfFacts:
    return ElfFacts(
        bits=64,
        byte_order="little",
        machine=62,
        machine_name="x86_64",
        os_abi=0,
        elf_type="EXEC",
        linkage=linkage,  # type: ignore[arg-type]
        interpreter=LOADER if linkage.startswith("dynamic") else None,
        soname=None,
        needed=("libc.so.6",) if linkage.startswith("dynamic") else (),
        rpath=None,
        runpath=None,
        dt_flags=0,
        dt_flags_1=0,
        bind_now=False,
        version_needs=(VersionNeed("libc.so.6", "GLIBC_2.34"),),
        undefined=(),
        has_relr=False,
        exec_stack=False,
        relro="partial",
    )


def facts(path: str = "./hello", linkage: str = "dynamic") -> BinaryFacts:
    dynamic = linkage.startswith("dynamic")
    return BinaryFacts(
        path=path,
        size=3_383_338,
        format="elf",
        platform="linux/amd64",
        libc=LibcFacts("glibc", "2.34", ("__libc_start_main@GLIBC_2.34",))
        if dynamic
        else LibcFacts("none"),
        elf=elf(linkage),
        go=GoFacts(
            version="go1.27.3",
            path="example.com/hello",
            main=Module("example.com/hello", "(devel)"),
            deps=(),
            settings=(("CGO_ENABLED", "1" if dynamic else "0"), ("GOOS", "linux")),
            functions_read=True,
            markers=frozenset({"net/http.(*Client).do"}),
            cgo_packages=(CgoPackage("net", ("getaddrinfo", "freeaddrinfo"), "std"),)
            if dynamic
            else (),
            resolver="cgo" if dynamic else "go",
        ),
    )


def mach_o() -> BinaryFacts:
    return BinaryFacts(
        path="./hello-mac",
        size=900,
        format="macho",
        platform="darwin/arm64",
        libc=LibcFacts("none"),
        needed=("/usr/lib/libSystem.B.dylib",),
        gaps=("signature: not read",),
    )


def verdicts(linkage: str = "dynamic", *, trace: bool = False) -> tuple[Verdict, ...]:
    loader = Need("loader", LOADER, "load", "certain", ("readelf -l: PT_INTERP",))
    bundle = Need("ca-certificates", "CA bundle", "run", "likely")
    answers: list[Verdict] = []
    for base in BASES:
        if linkage == "static" or "debian1" in base.replace("-", "").replace(":", ""):
            if "static" in base or (linkage != "static" and "distroless" in base):
                answers.append(Verdict(base, "runs", (), f"{base}: it has CA certificates"))
            else:
                reason = f"{base}: it starts, but there are no CA certificates"
                answers.append(
                    Verdict(base, "degraded", (bundle,), reason, "x509: unknown authority")
                )
        elif base.startswith("dir:"):
            answers.append(Verdict(base, "unknown", (), f"{base}: its glibc can't be told"))
        else:
            answers.append(
                Verdict(
                    base,
                    "fails",
                    (loader, loader),
                    f"{base}: loader {LOADER} is not in the image; it has /lib/ld-musl-x86_64.so.1",
                    "exec /app: no such file or directory",
                    "build with CGO_ENABLED=0",
                    ("open " + LOADER, "not there") if trace else (),
                )
            )
    return tuple(answers)


def subject(path: str = "./hello", linkage: str = "dynamic", *, trace: bool = False) -> Subject:
    return Subject(
        facts=facts(path, linkage),
        needs=(
            Need("loader", LOADER, "load", "certain", (f"readelf -l: {LOADER}",)),
            Need(
                "ca-certificates",
                "CA bundle",
                "run",
                "likely",
                ("go tool nm: net/http.(*Client).do",),
            ),
        ),
        findings=(
            Finding(
                "LC401",
                "warning",
                "`net` brings in getaddrinfo, so the program needs glibc at run time",
                ("go tool nm: net._C2func_getaddrinfo",),
                "build with `-tags netgo` or CGO_ENABLED=0",
            ),
        ),
        verdicts=verdicts(linkage, trace=trace),
        recommendation=Recommendation(
            "gcr.io/distroless/base-debian13",
            ("scratch, gcr.io/distroless/static-debian13: the loader is not in the image",),
            ("ca-certificates",),
            ("build with CGO_ENABLED=0 (net is the only user of C) -> scratch + CA bundle",),
        ),
        sha256="0" * 64,
    )


def foreign() -> Subject:
    return Subject(
        mach_o(),
        (Need("platform", "darwin/arm64", "load", "certain"),),
        (),
        (Verdict("scratch", "fails", (), "scratch: darwin/arm64: no Linux image runs it"),),
        None,
    )


def report() -> Report:
    return Report(
        (subject(), subject("./static", "static"), foreign()),
        (Failure("./notes.txt", "./notes.txt: a text file, not a program: name a program"),),
    )


def matrix() -> Report:
    trial = Trial("scratch", "refused", 255, "exec /app: no such file or directory", True)
    return Report(
        (subject("out/default"), subject("out/cgo-off", "static")),
        builds=(
            Build(
                "default",
                "linux/amd64",
                "go1.27.3",
                "ok",
                1.25,
                "",
                "out/default",
                4_000_000,
                0,
                (trial,),
            ),
            Build("cgo-off", "linux/amd64", "go1.27.3", "ok", 0.5, "", "out/cgo-off", None, 1),
            Build(
                "static-glibc",
                "linux/amd64",
                "go1.27.3",
                "failed",
                0.1,
                "./main.go:9:2: undefined: C.gone\n# example.com/hello\n",
            ),
            Build("pie", "linux/amd64", None, "skipped", 0.0, "no C compiler here: install gcc"),
        ),
    )
