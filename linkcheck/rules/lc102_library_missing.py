"""The image lacks a shared library that the program is linked against.

## What it means

Each DT_NEEDED entry is opened before the program's first instruction. One that the loader finds
in none of its folders ends the start: "error while loading shared libraries: libX.so.N: cannot
open shared object file" (glibc), "Error loading shared library libX" (musl).

## How to see it

    readelf -d ./app | grep -E 'NEEDED|R(UN)?PATH'

`linkcheck verify` starts the program in the base and shows the loader's own words.

## Fix

Install the package that brings the library, copy it with everything that it needs in turn
(`linkcheck bundle`), link it statically, or drop the package that calls into it.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.needs import Need
from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.struck import findings, struck_bases


def check(ctx: RuleContext) -> Iterator[Finding]:
    """One finding a named base that lacks libraries; a note for the others."""
    struck = struck_bases(ctx, "fails", _is_linked, "is not in the image")
    yield from findings(ctx, RULE.id, RULE.level, struck)


def _is_linked(need: Need) -> bool:
    return need.kind == "library" and need.when == "load"


RULE = Rule("LC102", "library-missing", "error", check, __doc__)
