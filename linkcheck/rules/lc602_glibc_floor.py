"""The program wants a newer glibc than the policy allows.

## What it means

`max-glibc = "2.31"` promises that the program starts on every distribution from that release on.

## How to see it

    readelf -V ./app | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -1

## Fix

Build on an older distribution, or with `zig cc -target x86_64-linux-gnu.2.31`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.stageimage import Line
from linkcheck.model.verdicts import Finding
from linkcheck.rules.demand import DemandContext, DemandRule


def check(ctx: DemandContext) -> Iterator[tuple[Finding, Line | None]]:
    """One finding where the lowest glibc that it accepts is above the limit."""
    limit, facts = ctx.policy.max_glibc, ctx.facts
    if limit is None or facts is None or facts.libc.family != "glibc" or not facts.libc.minimum:
        return
    if _release(facts.libc.minimum) <= _release(limit):
        return
    message = f"it needs glibc {facts.libc.minimum}, and the policy allows {limit} at most"
    fix = f"build it on glibc {limit} or older, or without cgo"
    yield Finding(RULE.id, RULE.level, message, facts.libc.forced_by[:3], fix), None


def _release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


RULE = DemandRule("LC602", "glibc-floor", "error", check, __doc__)
