"""Which users and groups a stage's image knows by name."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from linkcheck.gate.entry import SHELLS
from linkcheck.gate.words import expand
from linkcheck.model.provides import UNKNOWN, MaybeUnknown

if TYPE_CHECKING:
    from linkcheck.gate.contents import Contents
    from linkcheck.gate.context import Context
    from linkcheck.model.dockerfile import Dockerfile
    from linkcheck.model.stageimage import Copied, Ran, StageImage

Names = tuple[str, ...] | MaybeUnknown

USERS: Final = "/etc/passwd"
GROUPS: Final = "/etc/group"

_NAME: Final = re.compile(r"[a-z_][\w.-]*")
_ENTRY: Final = re.compile(r"^([a-z_][\w.-]*):[^:]*:\d+:", re.MULTILINE)
_SYSTEM_FOLDERS: Final = ("", "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin")
_ANY_PROGRAM: Final = SHELLS | {"make", "python", "python3", "perl", "ansible-playbook", "."}
_OWN_GROUP: Final = frozenset({"--group", "-U", "--user-group"})
# with these the group is another one: shadow's useradd(8), Debian's adduser(8), BusyBox's adduser.c
_OTHER_GROUP: Final = re.compile(r"-[A-Za-z]*[GS][A-Za-z]*|--(gid|ingroup)(=.*)?|--system")
_OTHER_GROUP_OF_USERADD: Final = re.compile(r"-[A-Za-z]*[gN]|--(gid|no-user-group)(=.*)?")


class Accounts(NamedTuple):
    """Names in /etc/passwd and /etc/group; UNKNOWN where a file or a command can't be read."""

    users: Names
    groups: Names


def accounts_of(
    contents: Contents, image: StageImage, dockerfile: Dockerfile, context: Context | None
) -> Accounts:
    """What the files of the base say, or those copied over them, and what commands add to them."""
    reader = _Reader(contents, dockerfile, context)
    return Accounts(reader.names(image, USERS), reader.names(image, GROUPS))


class _Reader:
    def __init__(self, contents: Contents, dockerfile: Dockerfile, context: Context | None) -> None:
        self._contents = contents
        self._file = dockerfile
        self._context = context

    def names(self, image: StageImage, path: str) -> Names:
        """The names in the file at `path`, which is USERS or GROUPS."""
        whole = next((c for c in reversed(image.copied) if c.place == path), None)
        found = self._of_base(image, path) if whole is None else self._copied(whole, path)
        names: list[str] = []
        for part in (found, *(_added(ran, image, path) for ran in image.ran)):
            if part is UNKNOWN:
                return UNKNOWN
            names += part
        arrives = any(c.place in ("/etc/", "/") and c.kind != "file" for c in image.copied)
        return UNKNOWN if arrives and whole is None else tuple(dict.fromkeys(names))

    def _of_base(self, image: StageImage, path: str) -> Names:
        base = self._contents.base(image.base.ref)
        if isinstance(base, str):
            return UNKNOWN
        provides = base.image.provides
        return provides.users if path == USERS else provides.groups

    def _copied(self, copied: Copied, path: str) -> Names:
        if copied.origin == "stage" and copied.stage is not None and copied.source == path:
            return self.names(self._contents.image(copied.stage), path)
        text = None
        if copied.origin == "heredoc":
            bodies = (
                heredoc.content
                for stage in self._file.stages
                for one in stage.instructions
                if one.line == copied.at.line
                for heredoc in one.heredocs
            )
            text = next(bodies, None)
        elif copied.origin == "context" and self._context is not None:
            files = self._context.find(copied.source)
            if files and files[0].kind == "file":
                try:
                    text = files[0].path.read_text(encoding="utf-8", errors="replace")
                except OSError:
                    return UNKNOWN
        return UNKNOWN if text is None else tuple(_ENTRY.findall(text))


def _added(ran: Ran, image: StageImage, path: str) -> Names:
    """The names that a command adds to the file at `path`."""
    name = ran.words[0].rsplit("/", 1)[-1] if ran.words else ""
    if name in ("adduser", "useradd", "addgroup", "groupadd"):
        known = {**image.arguments, **image.environment}
        words = [
            expand(word, lambda n: known[n].value if n in known else f"${n}")
            for word in ran.words[1:]
        ]
        if any("$" in word or "`" in word for word in words):
            return UNKNOWN
        adds_user = name in ("adduser", "useradd")
        if not (adds_user if path == USERS else _adds_group(name, words)):
            return ()
        return tuple(word for word in words if _NAME.fullmatch(word))
    if name in ("echo", "printf", "cat") and path in ran.words:
        return tuple(_ENTRY.findall("\n".join(ran.words)))
    replaced = name in ("ln", "rm") and path in ran.words
    return UNKNOWN if replaced or _may_add(ran, name) else ()


def _adds_group(name: str, words: list[str]) -> bool:
    """Whether a command adds a group of the name that it is given."""
    if name in ("addgroup", "groupadd") or _OWN_GROUP & set(words):
        return True
    other = _OTHER_GROUP_OF_USERADD if name == "useradd" else _OTHER_GROUP
    return not any(other.fullmatch(word) for word in words)


def _may_add(ran: Ran, name: str) -> bool:
    """Whether a command that is not understood may add users or groups."""
    if ran.known:
        return False
    if any(re.search("passwd|user|group", word) for word in ran.words):
        return True
    own = posixpath.dirname(ran.words[0]) not in _SYSTEM_FOLDERS or name.endswith(".sh")
    return own or name in _ANY_PROGRAM
