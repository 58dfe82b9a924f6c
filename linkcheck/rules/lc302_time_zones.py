"""The program loads time zones by name, and the image has no zone files.

## What it means

time.LoadLocation reads /usr/share/zoneinfo. Without it: "unknown time zone Europe/Berlin". A TZ
variable that names a zone is worse off: it silently means UTC. scratch, Alpine and Ubuntu have
no zone files.

## How to see it

    go tool nm ./app | grep -E ' time.LoadLocation| time/tzdata'

## Fix

Build with `-tags timetzdata` (or `import _ "time/tzdata"`), which adds about 450 kB, or copy
/usr/share/zoneinfo into the image.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.remedies import RUN_FIXES
from linkcheck.rules.struck import findings, of_kind, struck_bases


def check(ctx: RuleContext) -> Iterator[Finding]:
    """One finding a named base without it, where the program surely or likely wants it."""
    struck = struck_bases(ctx, "degraded", of_kind("tzdata"), "is not in the image")
    yield from findings(ctx, RULE.id, RULE.level, struck, fix=RUN_FIXES["tzdata"])


RULE = Rule("LC302", "time-zones", "warning", check, __doc__)
