"""The program was built with a Go release that gets no security fixes any more.

## What it means

Go maintains its two newest releases. The standard library is linked in, so the holes of an old
one come along, whatever base is chosen. Before Go 1.16 the resolver also skipped /etc/hosts at
first where the image had no /etc/nsswitch.conf (scratch, Alpine).

## How to see it

    go version ./app

## Fix

Build with a maintained release (https://go.dev/doc/devel/release).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext

# The older of the two releases that were maintained when this was written: what is below it
# stays out of maintenance, so the rule may miss a release, but never accuses one wrongly.
OLDEST_MAINTAINED = (1, 26)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding; none for development builds, whose version has no number."""
    version = ctx.facts.go.version if ctx.facts.go is not None else None
    found = re.match(r"go(\d+)\.(\d+)", version or "")
    if found is None or (int(found[1]), int(found[2])) >= OLDEST_MAINTAINED:
        return
    yield Finding(
        RULE.id,
        RULE.level,
        f"built with {version}, which gets no security fixes any more",
        (f"go version: {version}",),
        "build with a maintained Go release",
    )


RULE = Rule("LC405", "old-go", "note", check, __doc__)
