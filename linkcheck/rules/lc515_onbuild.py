"""ONBUILD is left out of the answer.

## What it means

Its instructions run in the builds of images that stand on this one, not in this one. What they do
there is not looked at, neither here nor in a base that has some.

## How to see it

    docker inspect --format '{{.Config.OnBuild}}' IMAGE

## Fix

None is needed here. Check the images that stand on this one.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One note an ONBUILD."""
    for at in ctx.image.onbuild:
        message = "ONBUILD runs in images that stand on this one, and is not looked at"
        yield Placed(Finding(RULE.id, RULE.level, message), at)


RULE = StageRule("LC515", "onbuild", "note", check, __doc__)
