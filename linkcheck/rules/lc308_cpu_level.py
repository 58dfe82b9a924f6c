"""The program needs a newer CPU than the baseline of its machine.

## What it means

GOAMD64=v3 and its like use instructions that older CPUs lack; Go checks at start and stops with
"This program can only be run on AMD64 processors with v3 microarchitecture support". C programs
built with -march=x86-64-v3 are refused by glibc ("CPU ISA level is lower than required") or die
of SIGILL. It depends on the host, so no image can mend it.

## How to see it

    go version -m ./app | grep -E 'GOAMD64|GOARM64|GOPPC64|GORISCV64'
    readelf -n ./app | grep 'x86 ISA needed'

## Fix

Build for the baseline (GOAMD64=v1), unless all hosts are known.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding."""
    levels = ctx.needs_of("cpu")
    if levels:
        yield Finding(
            RULE.id,
            RULE.level,
            f"it starts only on CPUs of {' and '.join(need.value for need in levels)} and up",
            tuple(line for need in levels for line in need.evidence),
            "build for the baseline (GOAMD64=v1), unless all hosts are known",
        )


RULE = Rule("LC308", "cpu-level", "note", check, __doc__)
