"""An ENTRYPOINT or CMD in brackets is no JSON, so that a shell gets it as it stands.

## What it means

The exec form is a JSON array: its strings are in double quotes, with commas between them and none
behind the last. Anything else is the shell form, and the shell looks for a program of that very
name: `/bin/sh: [/app]: not found`.

## How to see it

    docker inspect --format '{{json .Config.Entrypoint}}' IMAGE

## Fix

`ENTRYPOINT ["/app", "--flag"]`
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Edit, Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding for each; `[ -f x ] && ...` is the shell's own test, and left alone."""
    image = ctx.image
    for by in (image.entrypoint, image.command, image.healthcheck):
        if (
            by is None
            or not by.shell_form
            or not re.match(r"\[\S.*\]\s*\Z", by.words[0], re.DOTALL)
        ):
            continue
        text = by.words[0].strip()
        message = (
            f"{text} is no JSON, so it is handed to {by.shell[0]}, which finds no such program"
        )
        fix = 'write a JSON array: ["/app", "--flag"]'
        better = _mended(text)
        edit = Edit(by.at.line, text, better) if better and by.at.line == by.at.end_line else None
        yield Placed(Finding(RULE.id, RULE.level, message, (), fix), by.at, edit)


def _mended(text: str) -> str | None:
    """The array that was meant, where only the quotes or a comma at the end are wrong."""
    better = re.sub(r",\s*\]\Z", "]", text.replace("'", '"'))
    try:
        value = json.loads(better)
    except ValueError:
        return None
    return better if all(isinstance(one, str) for one in value) else None


RULE = StageRule("LC521", "exec-form-not-json", "error", check, __doc__)
