"""The program is larger than the policy allows.

## What it means

`max-size` is a limit for the program file, in bytes or with kB, MB or GB (of 1000).

## How to see it

    ls -l ./app

## Fix

Build with `-ldflags "-s -w" -trimpath`, look for what grew with `go tool nm -size`, or raise the
limit.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.stageimage import Line
from linkcheck.model.verdicts import Finding
from linkcheck.rules.demand import DemandContext, DemandRule


def check(ctx: DemandContext) -> Iterator[tuple[Finding, Line | None]]:
    """One finding where the file is larger."""
    limit = ctx.policy.max_size
    if limit is None or ctx.facts is None or ctx.facts.size <= limit:
        return
    message = f"it has {ctx.facts.size} bytes, and the policy allows {limit}"
    yield Finding(RULE.id, RULE.level, message, (), 'build with -ldflags "-s -w"'), None


RULE = DemandRule("LC604", "too-large", "error", check, __doc__)
