"""The program is compiled with cgo for a C library that the image does not have.

## What it means

golang images of Debian have gcc, so cgo is on unless CGO_ENABLED=0 says otherwise, and the first
import of `net` or `os/user` links the program to glibc. In Alpine, scratch or distroless/static
its start then ends with `exec /app: no such file or directory`. A program built with cgo on Alpine
wants musl's loader in the same way.

Where the sources lie in the build context their imports are followed, and it is an error if they
reach `net`, `os/user` or C code, a warning if they leave that open, and nothing if they do not.

## How to see it

    readelf -l ./app | grep interpreter

## Fix

`CGO_ENABLED=0 go build`, or a runtime with the builder's C library.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.builder import Builder
from linkcheck.model.verdicts import Finding, Level
from linkcheck.rules.stage import Edit, Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding; an error where the sources, or the race detector, make cgo certain.

    None where the program itself was judged.
    """
    builder = ctx.builder
    if builder is None or ctx.base is None or ctx.facts is not None:
        return
    has = ctx.base.provides.libc
    if builder.cgo != "on" or builder.static or has == builder.libc:
        return
    if has not in ("none", "glibc", "musl"):
        return
    if builder.calls_c == "no" and not builder.race:
        return
    sure = builder.race or builder.calls_c == "yes"
    level: Level = "error" if sure else "warning"
    there = f"has {has}" if has != "none" else "has no C library"
    which = "its" if sure else "with net, os/user or C code in it,"
    seen = (builder.because,) if builder.calls_c == "yes" else ()
    message = (
        f"built with cgo on {builder.ref} ({builder.libc}), and {ctx.base.ref} {there}: "
        f"{which} exec fails with no such file or directory"
    )
    yield Placed(
        Finding(RULE.id, level, message, seen, "build with CGO_ENABLED=0"),
        builder.build,
        _edit(builder),
    )


def _edit(builder: Builder) -> Edit | None:
    if builder.build.line != builder.build.end_line:
        return None
    return Edit(builder.build.line, "go build", "CGO_ENABLED=0 go build")


RULE = StageRule("LC512", "builder-libc", "error", check, __doc__)
