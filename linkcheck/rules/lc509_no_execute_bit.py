"""The file that ENTRYPOINT or CMD starts has no execute bit in the image.

## What it means

COPY keeps the mode of the file in the build context, `--chmod` sets another, ADD of a URL gives
0600, and a heredoc 0644. Without an execute bit the start ends with `exec: "/app": permission
denied`. Where USER is not root, a bit for the owner alone does not do everywhere, and is a warning:
without --chown the file is root's. Docker 26 starts it, as a container keeps its capabilities until
then; Docker 20.10 does not, nor does any engine where capabilities are dropped, as in Kubernetes'
restricted profile.

## How to see it

    docker run --rm --entrypoint ls IMAGE -l /app

## Fix

`COPY --chmod=0755 app /app`, or `chmod +x` before the build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkcheck.model.stageimage import Copied
from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Edit, Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding where the mode is known, lacks the bit, and no later RUN chmod gives it."""
    entry = ctx.entry
    copied = entry.copied if entry else None
    if entry is None or copied is None or copied.mode is None:
        return
    mode = _mode_at_last(ctx, copied.mode, copied.at.line)
    if mode is None or mode & _counting_bits(ctx, copied):
        return
    message = f'exec: "{entry.plain}": permission denied: mode {mode:04o}'
    level = RULE.level
    if mode & 0o111:
        message += " is for its owner; "
        message += "Docker 26 starts it unless capabilities are dropped, 20.10 does not"
        level = "warning"
    fix = "write COPY --chmod=0755"
    yield Placed(Finding(RULE.id, level, message, (), fix), copied.at, _edit(copied))


def _mode_at_last(ctx: StageContext, mode: int, line: int) -> int | None:
    """The mode after each RUN below the COPY; None where one of them can't be followed."""
    path = ctx.entry.path if ctx.entry else None
    for ran in ctx.image.ran:
        if ran.at.line < line:
            continue
        if not ran.known or ran.words[:1] in (("chown",), ("chgrp",)):
            return None
        if ran.words[:1] != ("chmod",):
            continue
        given, *targets = [word for word in ran.words[1:] if not re.match(r"-[RvcfH]|--", word)]
        if path not in targets:
            if len(targets) + 2 != len(ran.words) or not all(map(_is_plain, targets)):
                return None  # flags, patterns, or relative to some folder
            continue
        if re.fullmatch(r"0?[0-7]{3,4}", given):
            mode = int(given, 8)
        elif re.fullmatch(r"[ugoa]*[+=]r?w?x", given):
            mode |= 0o111
        else:
            return None
    return mode


def _is_plain(target: str) -> bool:
    return target.startswith("/") and not re.search(r"[*?\[$`{]", target)


def _counting_bits(ctx: StageContext, copied: Copied) -> int:
    """The execute bits that count for USER: any for root, the group's for a number alone (group 0).

    With --chown the user may be the owner.
    """
    given = ctx.image.user.value if ctx.image.user else ctx.base.default_user if ctx.base else None
    user, _, group = (given or "root").partition(":")
    if user in ("root", "0") or copied.owner:
        return 0o111
    return 0o001 if group.isdigit() and int(group) != 0 else 0o011


def _edit(copied: Copied) -> Edit | None:
    if copied.origin not in ("context", "stage") or copied.at.line != copied.at.end_line:
        return None
    if copied.chmod:
        return Edit(copied.at.line, f"--chmod={copied.chmod}", "--chmod=0755")
    return Edit(copied.at.line, "COPY ", "COPY --chmod=0755 ")


RULE = StageRule("LC509", "no-execute-bit", "error", check, __doc__)
