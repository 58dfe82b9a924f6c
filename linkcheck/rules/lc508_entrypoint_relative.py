"""ENTRYPOINT or CMD names its program relatively, and it is not found there.

## What it means

A name without a slash is searched in PATH, not in the working folder: `exec: "app": executable
file not found in $PATH`. A relative path like `./app` or `bin/app` is taken from the WORKDIR that
holds at the end, or from `/` where there is none.

## How to see it

    docker inspect --format '{{.Config.WorkingDir}} {{.Config.Env}}' IMAGE

## Fix

Write the whole path: `ENTRYPOINT ["/usr/local/bin/app"]`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding where a relative name surely leads nowhere."""
    entry = ctx.entry
    if entry is None or entry.found is not False or entry.plain.startswith("/"):
        return
    if not entry.plain or "$" in entry.plain:
        return  # LC517 says it
    if entry.plain.endswith(".wasm"):
        return  # a runtime for WebAssembly has ways of its own
    if "/" in entry.plain:
        message = f'exec: "{entry.plain}": stat {entry.path}: no such file or directory'
    else:
        message = f'exec: "{entry.plain}": executable file not found in $PATH'
    name = posixpath.basename(entry.plain)
    near = next((c for c in ctx.image.copied if posixpath.basename(c.place) == name), None)
    seen = (f"line {near.at.line} puts it at {near.place}",) if near else ()
    fix = f"start {near.place}" if near else "write the whole path of the program"
    yield Placed(Finding(RULE.id, RULE.level, message, seen, fix), entry.by.at)


RULE = StageRule("LC508", "entrypoint-relative", "error", check, __doc__)
