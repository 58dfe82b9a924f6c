"""The build asks for a newer CPU than the baseline of its machine.

## What it means

GOAMD64=v2, v3 or v4 lets Go use instructions that older processors lack. On those the program ends
at its start with `This program can only be run on AMD64 processors with v3 microarchitecture
support`.

## How to see it

    go version -m ./app | grep GOAMD64

## Fix

Build with GOAMD64=v1 unless every host is known to be newer.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """At most one note; LC308 says it where the program itself was judged."""
    builder = ctx.builder
    if builder is None or ctx.facts is not None or builder.level in (None, "", "v1"):
        return
    message = f"GOAMD64={builder.level}: it only runs on AMD64 processors of that level and up"
    fix = "build with GOAMD64=v1 unless every host is newer"
    yield Placed(Finding(RULE.id, RULE.level, message, (), fix), builder.build)


RULE = StageRule("LC516", "build-cpu-level", "note", check, __doc__)
