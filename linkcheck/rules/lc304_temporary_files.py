"""The program creates temporary files, and the image has no /tmp.

## What it means

os.CreateTemp and os.MkdirTemp use /tmp unless TMPDIR or their argument says otherwise. scratch
has none: "open /tmp/x: no such file or directory". A read-only root file system has the same
effect.

## How to see it

    go tool nm ./app | grep -E ' os.(CreateTemp|MkdirTemp)'

## Fix

Create the folder in the image with mode 1777, mount a tmpfs on it, or set TMPDIR.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.remedies import RUN_FIXES
from linkcheck.rules.struck import findings, of_kind, struck_bases


def check(ctx: RuleContext) -> Iterator[Finding]:
    """One finding a named base without it, where the program surely or likely wants it."""
    struck = struck_bases(ctx, "degraded", of_kind("tmp"), "is not in the image")
    yield from findings(ctx, RULE.id, RULE.level, struck, fix=RUN_FIXES["tmp"])


RULE = Rule("LC304", "temporary-files", "warning", check, __doc__)
