"""USER names a user or group that the image does not know, or --chown does.

## What it means

A name is looked up in the image's own /etc/passwd, that of a group in /etc/group, when the
container starts. Where it is not there the start ends with `unable to find user app: no matching
entries in passwd file`. A number needs no entry, but must not be larger than 2147483647. For a name
in COPY --chown nothing is said at all: BuildKit leaves the files to root (a warning).

`adduser -S app` and `adduser --system app` make no group of that name, so that `USER app:app` does
not start.

## How to see it

    docker run --rm --entrypoint cat IMAGE /etc/passwd /etc/group

## Fix

Use numbers, which need no entry (`USER 65532:65532`), add the user (`RUN adduser -D app`) or group
(`RUN addgroup -S app`), or copy an /etc/passwd and /etc/group that have it.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.images.accounts import is_number, refused_account
from linkcheck.model.provides import UNKNOWN
from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Edit, Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding where the last USER is surely refused, and one for each --chown."""
    if ctx.base is None:
        return
    yield from _owners(ctx)
    user = ctx.image.user
    if user is None or _may_come_with_package(ctx, user.value):
        return
    provides = ctx.base.provides
    message = refused_account(user.value, provides.users, provides.groups)
    if message is UNKNOWN or not message:
        return
    fix = "use numbers (USER 65532:65532), or copy /etc/passwd and /etc/group that have the names"
    edit = Edit(user.at.line, user.value, "65532:65532")
    found = Finding(RULE.id, RULE.level, message, (), fix)
    yield Placed(found, user.at, edit if user.at.line == user.at.end_line else None)


def _owners(ctx: StageContext) -> Iterator[Placed]:
    """BuildKit takes root for a name that it does not find (solver/llbsolver/ops/user_linux.go)."""
    for at, owner in dict.fromkeys((c.at, c.owner) for c in ctx.image.copied if c.owner):
        missing = _missing(ctx, owner)
        if missing and not _may_come_with_package(ctx, owner):
            message = f"--chown={owner}: the image has no {missing}, so the files stay root's"
            fix = "use numbers (--chown=65532:65532), or add the user above"
            edit = Edit(at.line, f"--chown={owner}", "--chown=65532:65532")
            found = Finding(RULE.id, "warning", message, (), fix)
            yield Placed(found, at, edit if at.line == at.end_line else None)


def _missing(ctx: StageContext, owner: str) -> str:
    """Which part of --chown the image surely does not know; root is what it gets anyway."""
    user, _, group = owner.partition(":")
    provides = ctx.base.provides if ctx.base else None
    if provides is None:
        return ""
    for name, known, what in ((user, provides.users, "user"), (group, provides.groups, "group")):
        if name and not is_number(name) and known is not UNKNOWN and name not in (*known, "root"):
            return f"{what} {name}"
    return ""


def _may_come_with_package(ctx: StageContext, text: str) -> bool:
    """Whether a package may add one of the names in `text`: nginx adds nginx, postgresql postgres.

    Its scripts are not at hand; they name the user after the program, in more or fewer letters.
    """
    names = [name.lstrip("_") for name in text.split(":") if name and not is_number(name)]
    packages = (one.name for stage in ctx.stages for one in stage.installed)
    return any(name in package or package in name for package in packages for name in names)


RULE = StageRule("LC503", "user-unknown", "error", check, __doc__)
