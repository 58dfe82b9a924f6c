"""The program loads Go plugins while it runs.

## What it means

plugin.Open loads a `.so` that must be built with the very same Go version, build flags and
versions of shared packages, against the same libc. Host and plugins move to a new base together
or not at all.

## How to see it

    go tool nm ./app | grep ' plugin.Open'

## Fix

Build host and plugins in one container image, and copy both into the base.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.remedies import is_static


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding; a static host is the business of LC406."""
    plugins = ctx.needs_of("plugin")
    if plugins and not is_static(ctx.facts):
        yield Finding(
            RULE.id,
            RULE.level,
            "it loads Go plugins, which must be built with the same Go, flags and libc",
            plugins[0].evidence,
            "build host and plugins together, and ship both",
        )


RULE = Rule("LC306", "plugins", "note", check, __doc__)
