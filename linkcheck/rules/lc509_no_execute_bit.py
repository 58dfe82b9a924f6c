"""The file that ENTRYPOINT or CMD starts has no execute bit in the image.

## What it means

COPY keeps the mode of the file in the build context, `--chmod` sets another, ADD of a URL gives
0600, and a heredoc 0644. Without an execute bit the start ends with `exec: "/app": permission
denied`. Where USER is not root, a bit for the owner alone is none either: without --chown the file
is root's.

## How to see it

    docker run --rm --entrypoint ls IMAGE -l /app

## Fix

`COPY --chmod=0755 app /app`, or `chmod +x` before the build.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.stageimage import Copied
from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Edit, Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding where the mode is known, lacks the bit, and no later RUN chmod gives it."""
    entry = ctx.entry
    copied = entry.copied if entry else None
    if entry is None or copied is None or copied.mode is None:
        return
    if copied.mode & (0o111 if _may_own(ctx, copied) else 0o011):
        return
    if any(ran.words[:1] == ("chmod",) or not ran.known for ran in ctx.image.ran):
        return
    message = f'exec: "{entry.plain}": permission denied: mode {copied.mode:04o}'
    fix = "write COPY --chmod=0755"
    yield Placed(Finding(RULE.id, RULE.level, message, (), fix), copied.at, _edit(copied))


def _may_own(ctx: StageContext, copied: Copied) -> bool:
    """Whether the image runs as root, or maybe as the owner that COPY gives the file."""
    given = ctx.image.user.value if ctx.image.user else ctx.base.default_user if ctx.base else None
    user = (given or "root").partition(":")[0]
    return user in ("root", "0") or bool(copied.owner)


def _edit(copied: Copied) -> Edit | None:
    if copied.origin not in ("context", "stage") or copied.at.line != copied.at.end_line:
        return None
    return Edit(copied.at.line, "COPY ", "COPY --chmod=0755 ")


RULE = StageRule("LC509", "no-execute-bit", "error", check, __doc__)
