"""The image stands on a base that the policy does not allow.

## What it means

`allow-base` lists patterns of the bases that may be used, as FROM names them.

## How to see it

    grep -n FROM Dockerfile

## Fix

Take one of the allowed bases, or add this one.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

from linkcheck.model.stageimage import Line
from linkcheck.model.verdicts import Finding
from linkcheck.rules.demand import DemandContext, DemandRule


def check(ctx: DemandContext) -> Iterator[tuple[Finding, Line | None]]:
    """One finding where no pattern matches."""
    allowed = ctx.policy.bases
    if not allowed or any(fnmatch.fnmatchcase(ctx.base, pattern) for pattern in allowed):
        return
    message = f"the policy does not allow the base {ctx.base}"
    yield Finding(RULE.id, RULE.level, message, (), f"use one of {', '.join(allowed)}"), None


RULE = DemandRule("LC605", "base-not-allowed", "error", check, __doc__)
