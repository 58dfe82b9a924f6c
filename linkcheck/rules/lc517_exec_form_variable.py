"""A variable stands in the JSON form, where nothing replaces it.

## What it means

ENTRYPOINT and CMD in JSON form call no shell, and Docker does not expand variables there:
`["$APP"]` looks for a program whose name starts with a dollar sign, and ends with `exec: "$APP":
executable file not found in $PATH`.

## How to see it

    docker inspect --format '{{json .Config.Entrypoint}}' IMAGE

## Fix

Write the path itself, or call a shell where the image has one: `["/bin/sh", "-c", "exec $APP"]`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding for a variable in the first word of the JSON form."""
    by = ctx.image.entrypoint or ctx.image.command
    if by is None or by.shell_form or "$" not in by.words[0]:
        return
    message = f'exec: "{by.words[0]}": executable file not found in $PATH'
    fix = "write the path itself: the JSON form expands no variables"
    yield Placed(Finding(RULE.id, RULE.level, message, (), fix), by.at)


RULE = StageRule("LC517", "exec-form-variable", "error", check, __doc__)
