"""The Go program tells nothing about how it was built.

## What it means

Go writes version, modules and settings into each program. Where they can't be read (a very old
Go, an obfuscator, a linker with --gc-sections, gccgo), module versions and build settings stay
unknown, and so do findings that rest on them. Where the function names can't be read either,
run-time needs are only possible.

## How to see it

    go version -m ./app

## Fix

Build with Go's own toolchain, in module mode, and without an obfuscator, at least for analysis.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding."""
    go = ctx.facts.go
    if go is None or (go.version is not None and go.functions_read):
        return
    lacking = [
        *(["build info"] if go.version is None else []),
        *([] if go.functions_read else ["function names"]),
    ]
    yield Finding(
        RULE.id,
        RULE.level,
        f"its {' and '.join(lacking)} can't be read: what rests on them stays unknown",
        tuple(gap for gap in ctx.facts.gaps if gap.startswith("Go")) or ("go version -m: none",),
        "analyse a build by Go's own toolchain, without an obfuscator",
    )


RULE = Rule("LC407", "no-build-info", "note", check, __doc__)
