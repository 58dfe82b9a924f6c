"""USER names a user that the image does not know, or --chown does.

## What it means

A name is looked up in the image's own /etc/passwd when the container starts. Where it is not
there the start ends with `unable to find user app: no matching entries in passwd file`. For a name
in COPY --chown nothing is said at all: BuildKit leaves the files to root (a warning).

## How to see it

    docker run --rm --entrypoint cat IMAGE /etc/passwd

## Fix

Use numbers, which need no entry (`USER 65532:65532`), add the user (`RUN adduser -D app`), or copy
an /etc/passwd that has it.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.provides import UNKNOWN
from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Edit, Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding where the last USER is a name that is surely unknown, and for each --chown."""
    user = ctx.image.user
    if ctx.base is None:
        return
    yield from _owners(ctx)
    if user is None:
        return
    name = user.value.partition(":")[0]
    users = ctx.base.provides.users
    if not name or name.isdigit() or users is UNKNOWN or name in users:
        return
    message = f"unable to find user {name}: no matching entries in passwd file"
    fix = "use numbers (USER 65532:65532), or copy an /etc/passwd that has the user"
    edit = Edit(user.at.line, user.value, "65532:65532")
    found = Finding(RULE.id, RULE.level, message, (), fix)
    yield Placed(found, user.at, edit if user.at.line == user.at.end_line else None)


def _owners(ctx: StageContext) -> Iterator[Placed]:
    """BuildKit takes root for a name that it does not find (solver/llbsolver/ops/user_linux.go)."""
    users = ctx.base.provides.users if ctx.base else UNKNOWN
    if users is UNKNOWN:
        return
    for at, owner in dict.fromkeys((c.at, c.owner) for c in ctx.image.copied if c.owner):
        name = owner.partition(":")[0]
        if name and not name.isdigit() and name not in (*users, "root"):
            message = f"--chown={owner}: the image has no user {name}, so the files stay root's"
            fix = "use numbers (--chown=65532:65532), or add the user above"
            edit = Edit(at.line, f"--chown={owner}", "--chown=65532:65532")
            found = Finding(RULE.id, "warning", message, (), fix)
            yield Placed(found, at, edit if at.line == at.end_line else None)


RULE = StageRule("LC503", "user-unknown", "error", check, __doc__)
