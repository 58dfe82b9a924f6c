"""A program is copied out of another image, and the loader that it needs is not.

## What it means

Shells, busybox, curl or tini of Alpine and Debian are linked dynamically: the kernel looks for the
loader that is written in the file (`/lib/ld-musl-x86_64.so.1`, `/lib64/ld-linux-x86-64.so.2`), and
where that is not in the image it says `no such file or directory` of a file that is there.

## How to see it

    docker run --rm -v "$PWD":/out alpine cp /bin/busybox /out
    linkcheck analyze busybox --base gcr.io/distroless/static-debian12

## Fix

Copy one that is static: busybox of `busybox:musl`, `/sbin/tini-static` of Alpine's package tini,
`/bin/busybox.static` of its package busybox-static. Or take a base that has the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkcheck.model.stageimage import Invocation, Line
from linkcheck.model.verdicts import Finding, Level
from linkcheck.rules.stage import Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding for each place that starts a program whose loader is surely not there."""
    for name, what, level, at in _started(ctx):
        ref, loader = ctx.foreign(name) or ("", "")
        if loader:
            gone = f"exec {name}: no such file or directory"
            message = f"{what}: {gone}: it is {ref}'s, whose loader {loader} is not in the image"
            fix = "copy one that is linked statically, or take a base that has it"
            yield Placed(Finding(RULE.id, level, message, (), fix), at)


def _started(ctx: StageContext) -> Iterator[tuple[str, str, Level, Line]]:
    """The programs that the image starts by itself: name, by what, how bad it is, where."""
    image = ctx.image
    start = image.entrypoint or image.command
    if start is not None and (name := _program(start)):
        yield name, "ENTRYPOINT" if image.entrypoint else "CMD", "error", start.at
    line = ctx.first_line or ""
    found = re.match(r"#![ \t]*(/\S+)", line)
    if found is not None and ctx.entry is not None:
        yield found[1], f"#! of {ctx.entry.path}", "error", ctx.entry.by.at
    if image.healthcheck is not None and (name := _program(image.healthcheck)):
        yield name, "HEALTHCHECK", "warning", image.healthcheck.at
    for ran in image.ran:
        if ran.shell_form and ran.stage == image.number:
            yield ran.shell[0], "RUN", "error", ran.at
            return


def _program(by: Invocation) -> str:
    words = by.shell if by.shell_form else by.words
    return words[0] if words else ""


RULE = StageRule("LC522", "loader-left-behind", "error", check, __doc__)
