"""ENTRYPOINT or CMD starts a file that nothing puts into the image.

## What it means

No COPY, ADD or RUN of the stages, and no file of the base, has that path: the start ends with
`exec: "/app": stat /app: no such file or directory`. Often a COPY into a folder without a slash at
the end, which makes a file of that name, or a renamed program.

## How to see it

    docker run --rm --entrypoint ls IMAGE -l /app

## Fix

Make the last argument of COPY and the path of ENTRYPOINT the same.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding where an absolute path is surely not there; LC508 is about the others."""
    entry = ctx.entry
    if entry is None or entry.found is not False or not entry.plain.startswith("/"):
        return
    if any(one.place == entry.plain for one in ctx.image.left_out):
        return  # LC519: such a COPY ends the build
    name = posixpath.basename(entry.plain)
    near = next(
        (c for c in ctx.image.copied if posixpath.basename(c.place.rstrip("/")) == name), None
    ) or next((c for c in ctx.image.copied if posixpath.basename(c.source) == name), None)
    message = f'exec: "{entry.plain}": stat {entry.plain}: no such file or directory'
    if ctx.has(entry.plain) is True:
        message = f'exec: "{entry.plain}": permission denied: it is a folder'
    seen = (f"line {near.at.line} puts it at {near.place}",) if near else ()
    because = ctx.left_out(entry.plain)
    if because is not None:
        seen = (*seen, f"{because} keeps it out of the build context")
    fix = f"start {near.place}" if near else f"copy a program to {entry.plain}"
    yield Placed(Finding(RULE.id, RULE.level, message, seen, fix), entry.by.at)


RULE = StageRule("LC507", "entrypoint-missing", "error", check, __doc__)
