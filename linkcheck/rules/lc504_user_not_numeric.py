"""USER is a name, and Kubernetes can't tell that it is not root.

## What it means

Under `runAsNonRoot: true` the kubelet looks at the image's USER alone: a name is refused with
`container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root`,
and no USER at all, or 0, with `container has runAsNonRoot and image will run as root`.

It is a note, and an error under `--require non-root`.

## How to see it

    docker inspect --format '{{.Config.User}}' IMAGE

## Fix

Write the number: `USER 65532`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.stageimage import Line
from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """At most one finding; of images that run as root only where non-root is required."""
    user = ctx.image.user
    given = user.value if user else ctx.base.default_user if ctx.base else None
    name = (given or "").partition(":")[0]
    at = user.at if user else ctx.image.origin
    if name.isdigit() and int(name) != 0:
        return
    if user is not None and not name.isdigit() and name != "root":
        text = f"container has runAsNonRoot and image has non-numeric user ({name})"
        yield _finding(f"under runAsNonRoot: {text}", at, ctx.non_root)
    elif ctx.non_root and ctx.base is not None:
        yield _finding("container has runAsNonRoot and image will run as root", at, True)


def _finding(message: str, at: Line, required: bool) -> Placed:
    level = RULE.level if required else "note"
    return Placed(Finding(RULE.id, level, message, (), "write a number: USER 65532"), at)


RULE = StageRule("LC504", "user-not-numeric", "error", check, __doc__)
