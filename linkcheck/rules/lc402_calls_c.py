"""Packages outside of Go's standard library call C, so the program needs libc.

## What it means

A package with `import "C"` links C code, and with it libc and perhaps more libraries. Which
packages these are stands in the names of the functions that cgo generates; the build info has
their versions. Some have a pure Go stand-in (modernc.org/sqlite for mattn/go-sqlite3), some
can be switched off by a build tag.

## How to see it

    go tool nm ./app | grep -E '_C2?func_'
    go version -m ./app

## Fix

Replace the package, or link it statically against musl:
`CC=musl-gcc go build -ldflags '-linkmode=external -extldflags -static'`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.remedies import best_known, callers_named, foreign_c, is_static, wrapper_of


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding: a warning where a named base refuses the program, else a note."""
    go = ctx.facts.go
    if go is None or is_static(ctx.facts) or not foreign_c(go):
        return
    packages = foreign_c(go)
    callers = callers_named(go, packages)
    verb = "calls" if len({p.module or p.package for p in packages}) == 1 else "call"
    yield Finding(
        RULE.id,
        RULE.level if ctx.fails_where_asked() else "note",
        f"{callers} {verb} C: needs libc",
        tuple(wrapper_of(package, best_known(package)) for package in packages),
        "link statically against musl, or use a package in pure Go",
    )


RULE = Rule("LC402", "calls-c", "warning", check, __doc__)
