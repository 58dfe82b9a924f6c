"""The program is compiled with cgo for a C library that the image does not have.

## What it means

golang images of Debian have gcc, so cgo is on unless CGO_ENABLED=0 says otherwise, and the first
import of `net` or `os/user` links the program to glibc. In Alpine, scratch or distroless/static
its start then ends with `exec /app: no such file or directory`. A program built with cgo on Alpine
wants musl's loader in the same way.

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
    """One finding; an error where the race detector makes cgo certain.

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
    level: Level = "error" if builder.race else RULE.level
    there = f"has {has}" if has != "none" else "has no C library"
    message = (
        f"built with cgo on {builder.ref} ({builder.libc}), and {ctx.base.ref} {there}: "
        "with net, os/user or C code in it, exec fails with no such file or directory"
    )
    yield Placed(
        Finding(RULE.id, level, message, (), "build with CGO_ENABLED=0"),
        builder.build,
        _edit(builder),
    )


def _edit(builder: Builder) -> Edit | None:
    if builder.build.line != builder.build.end_line:
        return None
    return Edit(builder.build.line, "go build", "CGO_ENABLED=0 go build")


RULE = StageRule("LC512", "builder-libc", "warning", check, __doc__)
