"""A program that can't load Go plugins tries to.

## What it means

plugin.Open needs cgo and a dynamic program. Built with CGO_ENABLED=0 each call fails with
"plugin: not implemented"; linked statically, dlopen fails or crashes.

## How to see it

    go tool nm ./app | grep ' plugin.Open'
    go version -m ./app | grep CGO_ENABLED

## Fix

Build the host with CGO_ENABLED=1 and dynamically, and run it on a base with that libc; or replace
plugins by separate processes.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.remedies import is_static


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding."""
    go = ctx.facts.go
    plugins = ctx.needs_of("plugin")
    if go is None or not plugins:
        return
    without_cgo = go.setting("CGO_ENABLED") == "0"
    if not without_cgo and not is_static(ctx.facts):
        return
    evidence = "go version -m: CGO_ENABLED=0" if without_cgo else "readelf -l: no interpreter"
    yield Finding(
        RULE.id,
        RULE.level,
        "it loads Go plugins, which this build can't: plugin: not implemented"
        if without_cgo
        else "it loads Go plugins, which a static program can't",
        (*plugins[0].evidence, evidence),
        "build it dynamically with CGO_ENABLED=1, on a base with that libc",
    )


RULE = Rule("LC406", "static-plugin-host", "warning", check, __doc__)
