"""A shell is called, and the image has none.

## What it means

ENTRYPOINT, CMD, HEALTHCHECK and RUN without the JSON form are handed to `/bin/sh -c`. scratch and
distroless images have no shell: the start ends with `exec: "/bin/sh": stat /bin/sh: no such file
or directory`, a health check never succeeds, and a RUN fails the build.

## How to see it

    docker run --rm --entrypoint /bin/sh IMAGE -c true

## Fix

Write the JSON form: `ENTRYPOINT ["/app", "--flag"]`. Move a RUN to a stage that has a shell and
copy its result.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from linkcheck.model.stageimage import Invocation
from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Edit, Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding an instruction that needs the shell that is surely not there."""
    for name, by in (
        ("ENTRYPOINT", ctx.image.entrypoint),
        ("CMD", None if ctx.image.entrypoint else ctx.image.command),
        ("HEALTHCHECK", ctx.image.healthcheck),
    ):
        if by is not None and by.shell_form and _missing(ctx, by.shell):
            yield _finding(name, by)
    own = [run for run in ctx.image.ran if run.shell_form and run.stage == ctx.image.number]
    missing = {shell for shell in {run.shell for run in own} if _missing(ctx, shell)}
    for run in own:
        if run.shell in missing:
            message = f"RUN needs {run.shell[0]}, which is not in the image"
            fix = "do that in an earlier stage and copy the result"
            yield Placed(Finding(RULE.id, RULE.level, message, (), fix), run.at)
            return


def _missing(ctx: StageContext, shell: tuple[str, ...]) -> bool:
    if not shell:
        return False
    return ctx.has_program(shell[0]) is False


def _finding(name: str, by: Invocation) -> Placed:
    shell = by.shell[0]
    message = f'{name} in shell form: exec: "{shell}": stat {shell}: no such file or directory'
    words = _plain_words(by.words[0])
    if words is None:
        fix = "write the JSON form, with no shell in it"
        return Placed(Finding(RULE.id, RULE.level, message, (), fix), by.at)
    exec_form = json.dumps(words, ensure_ascii=False)
    edit = None
    if by.at.line == by.at.end_line and name != "HEALTHCHECK":
        edit = Edit(by.at.line, by.words[0], exec_form)
    fix = f"write the JSON form: {exec_form}"
    return Placed(Finding(RULE.id, RULE.level, message, (), fix), by.at, edit)


def _plain_words(text: str) -> list[str] | None:
    """The words, where no shell is needed to find them."""
    if any(char in text for char in "$`*?;&|<>(){}~#\n"):
        return None
    try:
        words = shlex.split(text)
    except ValueError:
        return None
    return words[1:] if words[:1] == ["exec"] else words


RULE = StageRule("LC501", "shell-form-without-shell", "error", check, __doc__)
