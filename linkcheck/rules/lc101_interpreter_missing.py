"""The image lacks the program interpreter (dynamic loader) that the program names.

## What it means

A dynamic program names its loader in PT_INTERP, as one literal path. The kernel opens that path
in the image. Where it is absent the start fails with "no such file or directory", although the
program itself is there: the message means the loader. A glibc program in Alpine, and any dynamic
program on scratch, fails like this.

## How to see it

    readelf -l ./app | grep interpreter

and look for that path in the image.

## Fix

Build a static program (for Go: `CGO_ENABLED=0`), or take a base with the libc that the program
was built for. Copying a loader of the other libc into the image is not enough: its libraries
have to come along.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.struck import findings, of_kind, struck_bases


def check(ctx: RuleContext) -> Iterator[Finding]:
    """One finding a named base without the interpreter; a note for the others."""
    struck = struck_bases(ctx, "fails", of_kind("loader"), "is not in the image")
    yield from findings(ctx, RULE.id, RULE.level, struck)


RULE = Rule("LC101", "interpreter-missing", "error", check, __doc__)
