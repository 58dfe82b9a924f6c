"""Users and groups by name, and whether an engine finds those of an image (user.GetExecUser).

docker: Error response from daemon: unable to find user app: no matching entries in passwd file
"""

from __future__ import annotations

import re
from typing import Final

from linkcheck.images.root import NoEntry, Root
from linkcheck.model.provides import UNKNOWN, MaybeUnknown

Names = tuple[str, ...] | MaybeUnknown

_NUMBER: Final = re.compile(r"[+-]?0*(\d{1,18})", re.ASCII)  # strconv.Atoi, well within 64 bits
_LARGEST: Final = 2**31 - 1
_RANGE: Final = f"uids and gids must be in range 0-{_LARGEST}"


def users_of(root: Root) -> Names:
    """The names in /etc/passwd; () where there is no such file, UNKNOWN where we may not look."""
    return _names(root, "/etc/passwd", 6)


def groups_of(root: Root) -> Names:
    """The names in /etc/group, likewise."""
    return _names(root, "/etc/group", 3)


def refused_account(text: str, users: Names, groups: Names) -> str | MaybeUnknown:
    """What the engine says at the start where it can't use `text` of USER, "" where it can.

    `users` and `groups` are the names in /etc/passwd and /etc/group. What stands after a second
    colon is not looked at, and a part that is empty means root.
    """
    user, _, rest = text.partition(":")
    group = rest.partition(":")[0]
    asked = ((user, users, "user", "passwd"), (group, groups, "group", "group"))
    answers = [_refused(*one) for one in asked]
    certain = next((one for one in answers if one is not UNKNOWN and one), "")
    return UNKNOWN if not certain and UNKNOWN in answers else certain


def is_number(name: str) -> bool:
    """Whether a part of USER or --chown is a number, which no file needs to know."""
    return _NUMBER.fullmatch(name) is not None


def _refused(name: str, known: Names, what: str, file: str) -> str | MaybeUnknown:
    if not name or (known is not UNKNOWN and name in known):
        return ""
    if is_number(name):
        return "" if 0 <= int(name) <= _LARGEST else _RANGE
    if known is UNKNOWN:
        return UNKNOWN
    return f"unable to find {what} {name}: no matching entries in {file} file"


def _names(root: Root, path: str, colons: int) -> Names:
    """The first fields of the lines that have as many colons as passwd(5) or group(5) wants."""
    raw = root.read(path)
    if isinstance(raw, NoEntry):
        return UNKNOWN if raw.hidden else ()
    lines = raw.decode("utf-8", "backslashreplace").splitlines()
    return tuple(line.split(":", 1)[0] for line in lines if line.count(":") >= colons)
