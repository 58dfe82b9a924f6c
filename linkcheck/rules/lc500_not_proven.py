"""Whether the program runs in the image can't be told, and what is unknown never passes a gate.

## What it means

Something that decides the answer is not known: a base that the catalog lacks, an ARG of FROM
without a value, a library that a package may or may not bring along. The message names it.

## How to see it

    linkcheck gate ./app --dockerfile Dockerfile --format json

and look at the reason of the verdict.

## Fix

Give what is missing (`--build-arg`, a base by its full name, `--base dir:PATH` of an unpacked
image), start it for real with `linkcheck verify`, or accept it with a reason and an end date:
`# linkcheck ignore=LC500 until=2030-01-31 reason`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding where the base or the verdict is unknown."""
    if ctx.base is None:
        fix = "give its ARGs with --build-arg" if ctx.image.base.missing else ""
        fix = fix or "name a known base, or judge the program with --base dir:PATH"
        yield Placed(Finding(RULE.id, RULE.level, ctx.base_gap, (), fix), ctx.image.base.at)
    elif ctx.verdict is not None and ctx.verdict.answer == "unknown":
        found = Finding(RULE.id, RULE.level, ctx.verdict.reason, (), ctx.verdict.fix)
        yield Placed(found, ctx.image.base.at)


RULE = StageRule("LC500", "not-proven", "error", check, __doc__)
