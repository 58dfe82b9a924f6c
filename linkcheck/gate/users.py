"""Which names /etc/passwd of a stage's image holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linkcheck.gate.words import expand
from linkcheck.model.provides import UNKNOWN, MaybeUnknown

if TYPE_CHECKING:
    from linkcheck.gate.contents import Contents
    from linkcheck.gate.context import Context
    from linkcheck.model.dockerfile import Dockerfile
    from linkcheck.model.stageimage import Copied, Ran, StageImage

_ENTRY = re.compile(r"^([a-z_][\w.-]*):[^:]*:\d+:", re.MULTILINE)


def users_of(
    contents: Contents, image: StageImage, dockerfile: Dockerfile, context: Context | None
) -> tuple[str, ...] | MaybeUnknown:
    """The users that the image knows by name; UNKNOWN where a file or command can't be read."""
    names: list[str] = []
    whole = next((c for c in reversed(image.copied) if c.place == "/etc/passwd"), None)
    if whole is not None:
        found = _copied_users(contents, whole, dockerfile, context)
        if found is UNKNOWN:
            return UNKNOWN
        names += found
    else:
        base = contents.base(image.base.ref)
        users = UNKNOWN if isinstance(base, str) else base.image.provides.users
        if users is UNKNOWN:
            return UNKNOWN
        names += users
    for ran in image.ran:
        added = _added(ran, image)
        if added is UNKNOWN:
            return UNKNOWN
        names += added
    arrives = any(c.place in ("/etc/", "/") and c.kind != "file" for c in image.copied)
    return UNKNOWN if arrives and whole is None else tuple(dict.fromkeys(names))


def _copied_users(
    contents: Contents, copied: Copied, dockerfile: Dockerfile, context: Context | None
) -> tuple[str, ...] | MaybeUnknown:
    if copied.origin == "stage" and copied.stage is not None and copied.source == "/etc/passwd":
        return users_of(contents, contents.image(copied.stage), dockerfile, context)
    text = None
    if copied.origin == "heredoc":
        bodies = (
            heredoc.content
            for stage in dockerfile.stages
            for one in stage.instructions
            if one.line == copied.at.line
            for heredoc in one.heredocs
        )
        text = next(bodies, None)
    elif copied.origin == "context" and context is not None:
        files = context.find(copied.source)
        if files and files[0].kind == "file":
            try:
                text = files[0].path.read_text(encoding="utf-8", errors="replace")
            except OSError:
                return UNKNOWN
    return UNKNOWN if text is None else tuple(_ENTRY.findall(text))


def _added(ran: Ran, image: StageImage) -> tuple[str, ...] | MaybeUnknown:
    """The users that a command adds."""
    name = ran.words[0].rsplit("/", 1)[-1] if ran.words else ""
    if name in ("adduser", "useradd"):
        known = {**image.arguments, **image.environment}
        words = [
            expand(word, lambda n: known[n].value if n in known else f"${n}")
            for word in ran.words[1:]
        ]
        if any("$" in word or "`" in word for word in words):
            return UNKNOWN
        return tuple(word for word in words if re.fullmatch(r"[a-z_][\w.-]*", word))
    if name in ("echo", "printf", "cat") and "/etc/passwd" in ran.words:
        return tuple(_ENTRY.findall("\n".join(ran.words)))
    if not ran.known and any("passwd" in word or "user" in word for word in ran.words):
        return UNKNOWN
    return ()
