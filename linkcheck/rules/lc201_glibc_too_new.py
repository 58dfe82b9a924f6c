"""The program was built against a newer glibc than the image has.

## What it means

Each symbol of glibc carries the version that introduced it, and the program notes the versions
it was linked with. The loader checks all of them at start, used or not, and refuses: "version
`GLIBC_2.34' not found (required by /app)". Building on a new distribution and running on an
older one ends like this; from 2.34 on it hits every C program, as `__libc_start_main` got a new
version there.

## How to see it

    readelf -V ./app
    readelf -sW --dyn-syms ./app | grep GLIBC_2.34

## Fix

Build on the oldest distribution that you want to run on, or let a compiler target it:
`CC="zig cc -target x86_64-linux-gnu.2.31"`. Without cgo there is no glibc at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.needs import Need
from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.struck import findings, struck_bases


def check(ctx: RuleContext) -> Iterator[Finding]:
    """One finding a named base whose glibc is too old; a note for the others."""
    struck = struck_bases(ctx, "fails", _is_glibc_version, "is not in its glibc")
    forced = tuple(f"readelf -sW --dyn-syms: {line}" for line in ctx.facts.libc.forced_by[:5])
    yield from findings(ctx, RULE.id, RULE.level, struck, evidence=forced)


def _is_glibc_version(need: Need) -> bool:
    return need.kind == "symbol-version" and " GLIBC_" in need.value


RULE = Rule("LC201", "glibc-too-new", "error", check, __doc__)
