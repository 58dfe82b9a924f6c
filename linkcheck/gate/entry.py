"""Which program of the image is started, and where it stands."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from linkcheck.gate.runs import simple_commands
from linkcheck.model.provides import UNKNOWN, MaybeUnknown

if TYPE_CHECKING:
    from linkcheck.gate.contents import Contents
    from linkcheck.model.stageimage import Copied, Invocation, StageImage

# Programs that only start another one: `tini -- /app`.
WRAPPERS: Final = frozenset(
    {"tini", "dumb-init", "su-exec", "gosu", "env", "catatonit", "exec", "setpriv", "nice"}
)
SHELLS: Final = frozenset({"sh", "ash", "bash", "dash"})
_SHELL_ACTIVE: Final = re.compile(r"[$`*?\[\]{}~]")


class Entry(NamedTuple):
    """The program that ENTRYPOINT or CMD names.

    `path` is where it was found or would be, None where the text does not tell; `found` whether
    it is there; `copied` the COPY that brings it; `plain` the word as written.
    """

    by: Invocation
    plain: str
    path: str | None
    found: bool | MaybeUnknown
    copied: Copied | None


def entry_of(contents: Contents, image: StageImage) -> Entry | None:
    """What the image starts; None where it has neither ENTRYPOINT nor CMD of its own."""
    by = image.entrypoint or image.command
    if by is None:
        return None
    words = _words(by)
    if not words and not by.shell_form and image.command and not image.command.shell_form:
        by, words = image.command, _words(image.command)  # `tini --` starts what CMD names
    entry = _looked_up(contents, image, by, words[0] if words else "")
    if by is image.command and entry.found is False:
        taken = contents.takes_arguments(image)
        if taken is not False:  # by `node` of nodejs images, say
            return entry._replace(found=UNKNOWN)
    inner = _inside_shell(words)
    if inner and entry.found is not False:
        return _looked_up(contents, image, by, inner[0])
    return entry


def _looked_up(contents: Contents, image: StageImage, by: Invocation, word: str) -> Entry:
    if not word or _SHELL_ACTIVE.search(word):
        return Entry(by, word, None, UNKNOWN, None)
    candidates = tuple(places(contents, image, word))
    for path in candidates:
        copied = contents.copied_to(image, path)
        if copied is not None:
            return Entry(by, word, path, True, copied)
    answers = [contents.has(image, path) for path in candidates]
    if True in answers:
        return Entry(by, word, candidates[answers.index(True)], True, None)
    found = UNKNOWN if UNKNOWN in answers else False
    if "/" not in word and any(posixpath.basename(c.place) == word for c in image.copied):
        # its own program lies elsewhere, and no base is known to have one of that name
        added = [contents.adds(image, path) for path in candidates]
        found = UNKNOWN if UNKNOWN in added else False
    return Entry(by, word, candidates[0] if len(candidates) == 1 else None, found, None)


def _words(by: Invocation) -> list[str]:
    """The words from the program on that really matters, wrappers and their flags left out."""
    return _of_shell(by.words[0]) if by.shell_form else unwrapped(by.words)


def _of_shell(text: str) -> list[str]:
    """The words of the one command in a text for a shell; "$" where there are several."""
    parts = list(simple_commands(text))
    if len(parts) > 1:
        return ["$"]  # a program of shell: it does not say which part matters
    return unwrapped(parts[0]) if parts else []


def _inside_shell(words: Sequence[str]) -> list[str]:
    """What `sh -c TEXT` in exec form starts, [] for any other program."""
    if len(words) < 3 or posixpath.basename(words[0]) not in SHELLS or words[1] != "-c":
        return []
    return _of_shell(words[2])


def unwrapped(given: Sequence[str]) -> list[str]:
    """The words of the program that wrappers (`tini -- /app`) start, without theirs."""
    words = list(given)
    while words and posixpath.basename(words[0]) in WRAPPERS and len(words) > 1:
        wrapper = posixpath.basename(words.pop(0))
        if "--" in words:
            words = words[words.index("--") + 1 :]
            continue
        while words and (words[0].startswith("-") or "=" in words[0]):
            words.pop(0)
        if wrapper in ("su-exec", "gosu") and words:
            words.pop(0)
    return words


def places(contents: Contents, image: StageImage, word: str) -> Iterable[str]:
    """The absolute paths at which the kernel or `execvp` looks for a program called `word`."""
    folder = image.workdir.value if image.workdir else "/"
    if "/" in word:
        yield posixpath.normpath(posixpath.join(folder, word)).replace("//", "/")
        return
    for part in contents.search_path(image).split(":"):
        if part.startswith("/"):
            yield posixpath.normpath(posixpath.join(part, word))
