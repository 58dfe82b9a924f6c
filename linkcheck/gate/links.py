"""Links that a RUN makes with `ln`.

The usual answer to a program that wants glibc's loader on Alpine is such a link to musl:

    RUN mkdir /lib64 && ln -s /lib/libc.musl-x86_64.so.1 /lib64/ld-linux-x86-64.so.2
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from linkcheck.model.stageimage import Ran

_FLAGS: Final = re.compile(r"-[fsnvT]+|--(symbolic|force|no-dereference|verbose)")
_SHELL_ACTIVE: Final = re.compile(r"[$`*?\[~<>]")
_MAX_STEPS: Final = 40  # as Linux follows links (fs/namei.c, MAXSYMLINKS)


class Link(NamedTuple):
    """A name, and the path that stands behind it; both are absolute.

    Where a folder is at `place` already, the link is inside of it.
    """

    place: str
    target: str


def link_of(words: tuple[str, ...]) -> Link | None:
    """What a command of these words links; None where it is no `ln` that is understood."""
    if not words or posixpath.basename(words[0]) != "ln":
        return None
    flags = [word for word in words[1:] if word.startswith("-")]
    plain = [word for word in words[1:] if not word.startswith("-")]
    if len(plain) != 2 or not all(map(_FLAGS.fullmatch, flags)):
        return None
    target, place = plain
    if _SHELL_ACTIVE.search(target + place) or not place.startswith("/"):
        return None
    if place.endswith("/"):
        place += posixpath.basename(target)
    is_symbolic = any(flag == "--symbolic" or ("s" in flag and flag[1] != "-") for flag in flags)
    if not target.startswith("/") and not is_symbolic:
        return None  # a file of the working folder
    target = posixpath.join(posixpath.dirname(place), target)
    return Link(posixpath.normpath(place), posixpath.normpath(target))


class Links:
    """The links of a stage, the last one of each name."""

    def __init__(self, commands: Iterable[Ran]) -> None:
        found = (link_of(ran.words) for ran in commands)
        self._targets = {link.place: link.target for link in found if link is not None}

    @property
    def places(self) -> tuple[str, ...]:
        """The names that are linked."""
        return tuple(self._targets)

    def target(self, path: str) -> str | None:
        """What stands behind `path` when all links are followed; None where it is no link."""
        seen = path
        for _ in range(_MAX_STEPS):
            if seen not in self._targets:
                return None if seen == path else seen
            seen = self._targets[seen]
        return None

    def may_lead(self, path: str) -> bool:
        """Whether `path` is a link, or lies below one, which may be to a folder or in one."""
        return any(f"{path}/".startswith(f"{place}/") for place in self._targets)
