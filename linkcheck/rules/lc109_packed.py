"""The program is packed, which hides what it needs.

## What it means

A packer such as UPX wraps the program in a small static one, which unpacks it into memory and
then starts it, interpreter and all. What is read from the file is the wrapper, so a verdict
about the real program can't be given.

## How to see it

    strings ./app | grep UPX

## Fix

Look at the program before it is packed, or unpack it with `upx -d`. Image layers are compressed
anyway: packing saves little of what is pulled, and costs memory and start time.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding."""
    packer = ctx.facts.packer
    if packer is not None:
        yield Finding(
            RULE.id,
            RULE.level,
            f"packed by {packer}: what the real program needs is hidden",
            (f"strings: the file has the marks of {packer}",),
            f"analyse it before packing, or unpack it (`{packer.lower()} -d`)",
        )


RULE = Rule("LC109", "packed", "warning", check, __doc__)
