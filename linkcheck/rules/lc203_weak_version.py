"""The program asks for a library version only weakly: its absence shows late.

## What it means

A version need with the WEAK flag gives a mere warning at start when it is missing ("weak version
`V' not found"). The lookup of a symbol that needs it still fails, at the first call under lazy
binding: the program starts and breaks later.

## How to see it

    readelf -V ./app | grep WEAK

## Fix

Nothing, where the base has the version. Else start with `LD_BIND_NOW=1` once to bring the
failure forward, and build against the library of the base.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding, naming all weak versions."""
    weak = [need for need in (ctx.facts.elf.version_needs if ctx.facts.elf else ()) if need.weak]
    if weak:
        yield Finding(
            RULE.id,
            RULE.level,
            f"weak versions are only missed at the call: {', '.join(n.version for n in weak[:5])}",
            tuple(f"readelf -V: {n.version} from {n.library} Flags: WEAK" for n in weak),
            "start it with LD_BIND_NOW=1 on the base to see what is missing",
        )


RULE = Rule("LC203", "weak-version", "note", check, __doc__)
