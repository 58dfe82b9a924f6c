"""ENTRYPOINT or CMD starts a script, and the image lacks what its #! line names.

## What it means

The kernel starts a script by the interpreter of its first line. Where that is not in the image the
start ends with `exec /entrypoint.sh: no such file or directory`, though the script is there: bash
on Alpine, any shell on distroless or scratch. The same words come of a script with Windows line
ends, whose interpreter is called `/bin/sh\\r`. Without a #! line the kernel refuses it in the exec
form: `exec format error`.

## How to see it

    head -1 entrypoint.sh | cat -A

## Fix

Name an interpreter that the base has (`#!/bin/sh`), install the other one, or start the program
itself. Against Windows line ends: `*.sh text eol=lf` in .gitattributes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding where the script is at hand and its interpreter is surely not in the image."""
    entry, line = ctx.entry, ctx.first_line
    if entry is None or line is None:
        return
    missing = _missing(ctx, line) if line.startswith("#!") else _no_line(ctx)
    if missing is not None:
        message, fix = missing
        seen = (f"its first line is {line[:80]!r}",)
        yield Placed(Finding(RULE.id, RULE.level, message, seen, fix), entry.by.at)


def _missing(ctx: StageContext, line: str) -> tuple[str, str] | None:
    path = ctx.entry.path if ctx.entry else ""
    gone = f"exec {path}: no such file or directory"
    if line.endswith("\r"):
        return f"{gone}: its lines end as on Windows", "write the script with LF line ends"
    words = re.split(r"[ \t]+", line[2:].strip(" \t"))
    if not words[0].startswith("/"):
        return None
    if ctx.has(words[0]) is False:
        fix = f"start it by a program that the image has, or put {words[0]} into the image"
        return f"{gone}: its interpreter {words[0]} is not in the image", fix
    if posixpath.basename(words[0]) != "env":
        return None
    name = next((one for one in words[1:] if not one.startswith("-") and "=" not in one), None)
    if name is None or ctx.has_program(name) is not False:
        return None
    message = f"{path}: env: can't execute {name!r}: no such file or directory"
    return message, f"put {name} into the image, or write #!/bin/sh"


def _no_line(ctx: StageContext) -> tuple[str, str] | None:
    """A shell that starts a file without a #! line reads it itself; the kernel does not."""
    entry = ctx.entry
    if entry is None or entry.by.shell_form or entry.by.words[0] != entry.plain:
        return None
    return f"exec {entry.path}: exec format error: it has no #! line", "begin it with #!/bin/sh"


RULE = StageRule("LC520", "script-interpreter", "error", check, __doc__)
