"""CGO_ENABLED=0 did not make the program static: it is linked against libraries all the same.

## What it means

A package can import functions of a shared library without cgo (`//go:cgo_import_dynamic`, as
purego and some graphics libraries do). The program then names an interpreter and libraries,
although the build said CGO_ENABLED=0.

## How to see it

    go version -m ./app | grep CGO_ENABLED
    readelf -d ./app | grep NEEDED

## Fix

Replace the package, or take a base that has these libraries.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding; a mere -buildmode=pie has no NEEDED, and is the business of LC103."""
    go, elf = ctx.facts.go, ctx.facts.elf
    if go is None or elf is None or go.setting("CGO_ENABLED") != "0" or not elf.needed:
        return
    yield Finding(
        RULE.id,
        RULE.level,
        f"built with CGO_ENABLED=0, and yet linked against {', '.join(elf.needed)}",
        ("go version -m: CGO_ENABLED=0", *(f"readelf -d: NEEDED {name}" for name in elf.needed)),
        "replace the package that imports a library without cgo (cgo_import_dynamic)",
    )


RULE = Rule("LC408", "dynamic-without-cgo", "warning", check, __doc__)
