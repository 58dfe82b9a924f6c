"""An ignore is not honoured: it has ended, gives no reason, or can't be read.

## What it means

An ignore needs a rule and a reason, and holds until the end of its date if it has one. One that is
not honoured hides nothing: what it was meant for is reported beside this.

## How to see it

The message says what is wrong with it.

## Fix

Mend what it was for, or write the ignore anew: `# linkcheck ignore=LC301 until=2030-06-30 reason`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.stageimage import Line
from linkcheck.model.verdicts import Finding
from linkcheck.rules.demand import DemandContext, DemandRule


def check(ctx: DemandContext) -> Iterator[tuple[Finding, Line | None]]:
    """One finding an ignore."""
    for ignore in ctx.broken:
        message = (
            f"an ignore of {','.join(ignore.rules) or 'nothing'} is not honoured: {ignore.problem}"
        )
        yield Finding(RULE.id, RULE.level, message, (), "mend it or remove it"), ignore.at


RULE = DemandRule("LC607", "ignore-not-honoured", "warning", check, __doc__)
