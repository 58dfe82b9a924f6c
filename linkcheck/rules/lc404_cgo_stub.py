"""A package that only works with cgo was built without it.

## What it means

github.com/mattn/go-sqlite3 compiles without cgo into a stub, so the build succeeds, and the
first query fails: "Binary was compiled with 'CGO_ENABLED=0', go-sqlite3 requires cgo to work.
This is a stub".

## How to see it

    go version -m ./app | grep -E 'CGO_ENABLED|go-sqlite3'

## Fix

Use a driver in pure Go (modernc.org/sqlite), or build with CGO_ENABLED=1 and link statically
against musl.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext

_STUBS = {"github.com/mattn/go-sqlite3": "use modernc.org/sqlite, or build with CGO_ENABLED=1"}


def check(ctx: RuleContext) -> Iterator[Finding]:
    """One finding a module that is known to be a stub without cgo."""
    go = ctx.facts.go
    if go is None or go.setting("CGO_ENABLED") != "0":
        return
    for module in go.deps:
        if module.path in _STUBS:
            title = f"{module.path} {module.version}".strip()
            yield Finding(
                RULE.id,
                RULE.level,
                f"{title} is only a stub without cgo: its first use fails",
                ("go version -m: CGO_ENABLED=0", f"go version -m: dep {title}"),
                _STUBS[module.path],
            )


RULE = Rule("LC404", "cgo-stub", "warning", check, __doc__)
