"""The users of a bundle: root, nobody, and the one that the program is to be."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from linkcheck.errors import UsageError
from linkcheck.images.root import NoEntry, Root

NONROOT: Final = "65532"  # as distroless has it
_SPEC: Final = re.compile(r"(?P<user>[\w.-]+)(?::(?P<group>[\w.-]+))?", re.ASCII)
_ALWAYS: Final = (
    ("root", "0", "0", "root", "/root"),
    ("nobody", "65534", "65534", "nobody", "/nonexistent"),
)
_MAX_DIGITS: Final = 10
_MAX_ID: Final = (1 << 32) - 2  # the highest but one: (uid_t) -1 means "none"


class Accounts(NamedTuple):
    """The texts of /etc/passwd and /etc/group, and the numbers for USER."""

    passwd: bytes
    group: bytes
    uid: int
    gid: int


class _User(NamedTuple):
    name: str
    uid: str
    gid: str
    home: str


def accounts_for(asked: str | None, root: Root) -> Accounts:
    """The accounts for `asked`: a name of the root, or a number, each with a group where wanted.

    None is `nonroot`, 65532. Raises UsageError for a name that the root does not have.
    """
    known = {user.name: user for user in _users(root)}
    groups = dict(_groups(root))
    user, gid = _asked(asked, known, groups)
    users = [
        known[name] if name in known else _User(name, uid, default_gid, home)
        for name, uid, default_gid, _, home in _ALWAYS
    ]
    if user.uid not in {u.uid for u in users}:
        users.append(user)
    named = {value: name for name, value in groups.items()}
    members = {u.gid: named.get(u.gid, u.name) for u in users}
    members.setdefault(gid, named.get(gid, user.name))
    passwd = "".join(f"{u.name}:x:{u.uid}:{u.gid}:{u.name}:{u.home}:/sbin/nologin\n" for u in users)
    group = "".join(f"{name}:x:{number}:\n" for number, name in members.items())
    return Accounts(passwd.encode(), group.encode(), int(user.uid), int(gid))


def _asked(asked: str | None, known: dict[str, _User], groups: dict[str, str]) -> tuple[_User, str]:
    if asked is None:
        nonroot = _User("nonroot", NONROOT, NONROOT, "/")
        return nonroot, NONROOT
    found = _SPEC.fullmatch(asked)
    if found is None:
        raise UsageError(f"--user {asked!r} is no user", next_step="write UID, UID:GID or a name")
    name, group = found["user"], found["group"]
    if _is_number(name):
        name = str(int(name))  # 007 is 7, for the kernel and for who looks it up
        user = next((u for u in known.values() if u.uid == name), None)
        user = user or _User(f"user{name}", name, name, "/")
    elif name in known:
        user = known[name]
    else:
        raise UsageError(
            f"--user {name}: the root has no such user", next_step="write a number: UID:GID"
        )
    gid = user.gid if group is None else groups.get(group, group)
    gid = str(int(gid)) if _is_number(gid) else gid
    for number in (user.uid, gid):
        if not _is_number(number) or int(number) > _MAX_ID:
            raise UsageError(
                f"--user {asked}: {number} is no user or group of the root",
                next_step="write numbers: UID:GID",
            )
    return user, gid


def _users(root: Root) -> list[_User]:
    users = []
    for line in _lines(root, "/etc/passwd"):
        fields = line.split(":")
        if len(fields) == 7 and _is_number(fields[2]) and _is_number(fields[3]):
            users.append(_User(fields[0], fields[2], fields[3], fields[5]))
    return users


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS


def _groups(root: Root) -> list[tuple[str, str]]:
    split = (line.split(":") for line in _lines(root, "/etc/group"))
    return [(fields[0], fields[2]) for fields in split if len(fields) == 4]


def _lines(root: Root, path: str) -> list[str]:
    raw = root.read(path)
    text = "" if isinstance(raw, NoEntry) else raw.decode("utf-8", "replace")
    return [line for line in text.split("\n") if line.isprintable()]
