"""The program needs no library, and yet it is not static: it names an interpreter.

## What it means

`go build -buildmode=pie` without cgo makes a program with PT_INTERP and no DT_NEEDED. `ldd`
calls it "statically linked", but the kernel still opens the interpreter: it does not start on
scratch, distroless/static or Alpine.

## How to see it

    readelf -l ./app | grep interpreter
    readelf -d ./app | grep NEEDED
    go version -m ./app | grep buildmode

The first prints a path, the second nothing.

## Fix

Build without `-buildmode=pie`, or link a static PIE with an external linker:
`-buildmode=pie -ldflags '-linkmode=external -extldflags -static-pie'`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.remedies import is_pie_without_libraries


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding; C programs without libraries (klibc) are built so on purpose."""
    elf = ctx.facts.elf
    if elf is None or ctx.facts.go is None or not is_pie_without_libraries(ctx.facts):
        return
    evidence = [
        f"readelf -l: Requesting program interpreter: {elf.interpreter}",
        "readelf -d: no NEEDED",
    ]
    if ctx.facts.go.setting("-buildmode") == "pie":
        evidence.append("go version -m: -buildmode=pie")
    yield Finding(
        RULE.id,
        RULE.level,
        f"it needs no library, but is not static: the image must have {elf.interpreter}",
        tuple(evidence),
        "build without -buildmode=pie",
    )


RULE = Rule("LC103", "pie-not-static", "warning", check, __doc__)
