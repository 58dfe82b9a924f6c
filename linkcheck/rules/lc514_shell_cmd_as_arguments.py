"""A CMD in shell form becomes arguments of the ENTRYPOINT.

## What it means

Beside an ENTRYPOINT in JSON form, CMD only gives its arguments, and the shell form of CMD is
`["/bin/sh", "-c", "..."]`: the program is started as `/app /bin/sh -c "--flag"`.

## How to see it

    docker inspect --format '{{json .Config.Entrypoint}} {{json .Config.Cmd}}' IMAGE

## Fix

Write CMD in JSON form: `CMD ["--flag"]`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """At most one finding."""
    entrypoint, command = ctx.image.entrypoint, ctx.image.command
    if entrypoint is None or entrypoint.shell_form or command is None or not command.shell_form:
        return
    shell = " ".join(command.shell)
    message = f"{entrypoint.words[0]} is started with the arguments {shell} {command.words[0]!r}"
    fix = "write CMD in JSON form"
    yield Placed(Finding(RULE.id, RULE.level, message, (), fix), command.at)


RULE = StageRule("LC514", "shell-cmd-as-arguments", "warning", check, __doc__)
