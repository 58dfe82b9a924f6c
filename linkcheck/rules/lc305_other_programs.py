"""The program starts other programs, and the image that you named has no shell.

## What it means

os/exec, system() and popen() start programs that must be in the image. Which ones, the file does
not say; where even /bin/sh is absent there is probably nothing to start: `exec: "git": executable
file not found in $PATH`.

## How to see it

    go tool nm ./app | grep ' os/exec.Command'
    readelf -sW --dyn-syms ./app | grep -E ' (system|popen|execvp)@'

## Fix

Put the programs into the image, or take a base that has them.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding, for the named bases that have no shell and would start the program."""
    starters = ctx.needs_of("program", "shell")
    bare = [
        base.ref
        for base, verdict in ctx.verdicts
        if base.ref in ctx.asked and base.provides.shell is None and verdict.answer != "fails"
    ]
    if starters and bare:
        yield Finding(
            RULE.id,
            RULE.level,
            f"{', '.join(bare)}: it starts other programs, and there is not even a shell",
            tuple(line for need in starters for line in need.evidence),
            "put the programs that it starts into the image",
        )


RULE = Rule("LC305", "other-programs", "note", check, __doc__)
