"""The file lacks the execute bit.

## What it means

`COPY` keeps the mode of the file. Without an execute bit the start ends with
`exec: "/app": permission denied`. Files that came through an artifact store of a CI system, or
an HTTP download, often lost it.

## How to see it

    ls -l ./app

## Fix

`chmod +x` before the image is built, or `COPY --chmod=0755 app /app`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding; none where the mode is not known, or for files that no Linux runs."""
    mode = ctx.facts.mode
    if ctx.facts.elf is None or mode is None or mode & 0o111:
        return
    yield Finding(
        RULE.id,
        RULE.level,
        'it has no execute bit: exec: "/app": permission denied',
        (f"ls -l: mode {mode & 0o7777:04o}",),
        "chmod +x, or COPY --chmod=0755",
    )


RULE = Rule("LC110", "not-executable", "warning", check, __doc__)
