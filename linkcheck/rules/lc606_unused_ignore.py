"""An ignore covers no finding any more.

## What it means

What was accepted is gone, or the ignore stands above another line than it was meant for. Left
there it would hide the next finding of that rule.

## How to see it

Remove it and run the gate again.

## Fix

Remove the comment, or the entry of `.linkcheck.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.stageimage import Line
from linkcheck.model.verdicts import Finding
from linkcheck.rules.demand import DemandContext, DemandRule


def check(ctx: DemandContext) -> Iterator[tuple[Finding, Line | None]]:
    """One finding an ignore."""
    for ignore in ctx.unused:
        message = f"ignore={','.join(ignore.rules)} covers nothing ({ignore.reason})"
        yield Finding(RULE.id, RULE.level, message, (), "remove it"), ignore.at


RULE = DemandRule("LC606", "unused-ignore", "warning", check, __doc__)
