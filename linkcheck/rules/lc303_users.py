"""The program looks up users, and the image has no /etc/passwd.

## What it means

os/user reads /etc/passwd (through libc with cgo). Without the file or the entry, Lookup fails
with "unknown user", and Current works only where USER and HOME are set: "user: Current requires
cgo or $USER set in environment".

## How to see it

    go tool nm ./app | grep ' os/user.'

## Fix

Add an /etc/passwd with the users in question, or set USER and HOME in the image.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.remedies import RUN_FIXES
from linkcheck.rules.struck import findings, of_kind, struck_bases


def check(ctx: RuleContext) -> Iterator[Finding]:
    """One finding a named base without it, where the program surely or likely wants it."""
    struck = struck_bases(ctx, "degraded", of_kind("users"), "is not in the image")
    yield from findings(ctx, RULE.id, RULE.level, struck, fix=RUN_FIXES["users"])


RULE = Rule("LC303", "users", "warning", check, __doc__)
