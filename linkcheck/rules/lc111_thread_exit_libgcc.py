"""Ending a thread early makes glibc open libgcc_s.so.1, which small images lack.

## What it means

pthread_cancel and pthread_exit unwind the stack with libgcc_s.so.1, which glibc opens only then:
it is in no DT_NEEDED. Where it is absent the program aborts in the middle of its work with
"libgcc_s.so.1 must be installed for pthread_exit to work". distroless/base has none;
distroless/cc has.

## How to see it

    readelf -sW --dyn-syms ./app | grep -E 'pthread_(cancel|exit)'

## Fix

Take a base with libgcc_s (debian-slim, distroless/cc), add the library, or link with
`-Wl,--no-as-needed -lgcc_s`, which makes it a needed library that is checked at start.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding."""
    hidden = [n for n in ctx.needs_of("library") if n.when == "run" and n.value == "libgcc_s.so.1"]
    if hidden:
        yield Finding(
            RULE.id,
            RULE.level,
            "it may end threads early: glibc then opens libgcc_s.so.1, which is in no NEEDED",
            hidden[0].evidence,
            "take a base with libgcc_s (debian slim, distroless/cc), or link with -lgcc_s",
        )


RULE = Rule("LC111", "thread-exit-libgcc", "note", check, __doc__)
