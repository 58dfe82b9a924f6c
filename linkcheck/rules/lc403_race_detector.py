"""The program was built with the race detector.

## What it means

`go build -race` makes a program 2 to 20 times slower that takes 5 to 10 times the memory, and
ties it to glibc through the C++ runtime of the detector. It is for tests, not for shipping.

## How to see it

    go version -m ./app | grep -- -race

## Fix

Build the image without `-race`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext

_DETECTORS = {"-race": "race detector", "-msan": "memory sanitizer", "-asan": "address sanitizer"}


def check(ctx: RuleContext) -> Iterator[Finding]:
    """One finding a detector; the sanitizers are as unfit for shipping."""
    go = ctx.facts.go
    for flag, name in _DETECTORS.items():
        if go is not None and go.setting(flag) == "true":
            yield Finding(
                RULE.id,
                RULE.level,
                f"built with the {name}: slow, hungry, and tied to glibc",
                (f"go version -m: {flag}=true",),
                f"build without {flag}",
            )


RULE = Rule("LC403", "race-detector", "warning", check, __doc__)
