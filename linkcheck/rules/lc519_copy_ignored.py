"""COPY names a file that .dockerignore keeps out of the build context.

## What it means

What .dockerignore matches is never sent to the builder, so for COPY it does not exist, though it
lies in the folder. The build ends with `failed to compute cache key: "/app": not found`. Usual with
a .dockerignore of `*` and exceptions, to which a new file was not added. A file
`Dockerfile.dockerignore` takes the place of .dockerignore for that Dockerfile.

## How to see it

    docker build --check .

## Fix

Add an exception below the pattern: `!app`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding for each source; those of stages that the image copies from count as well."""
    for left_out in dict.fromkeys(one for stage in ctx.stages for one in stage.left_out):
        name = left_out.source.removeprefix("./").lstrip("/")
        message = f"{left_out.source} is not in the build context: the build ends here"
        because = f"{left_out.because} keeps it out"
        fix = f"add a line !{name} to the end of that file"
        yield Placed(Finding(RULE.id, RULE.level, message, (because,), fix), left_out.at)


RULE = StageRule("LC519", "copy-ignored", "error", check, __doc__)
