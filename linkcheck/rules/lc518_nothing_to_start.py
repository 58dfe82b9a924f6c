"""The image says nothing of what to start.

## What it means

Neither the Dockerfile nor the base has an ENTRYPOINT or CMD: `docker run IMAGE` ends with `No
command specified`. A pod that gives its own `command` works.

## How to see it

    docker inspect --format '{{json .Config.Entrypoint}} {{json .Config.Cmd}}' IMAGE

## Fix

Add `ENTRYPOINT ["/app"]`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Placed, StageContext, StageRule

_WITHOUT = ("scratch", "gcr.io/distroless/", "cgr.dev/chainguard/static")


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding where the base is one that is known to bring none."""
    if ctx.image.entrypoint or ctx.image.command or ctx.base is None:
        return
    if ctx.base.name.startswith(_WITHOUT) and "debug" not in ctx.base.name:
        message = "neither ENTRYPOINT nor CMD: docker run says No command specified"
        found = Finding(RULE.id, RULE.level, message, (), 'add ENTRYPOINT ["/app"]')
        yield Placed(found, ctx.image.origin)


RULE = StageRule("LC518", "nothing-to-start", "warning", check, __doc__)
