"""Which programs an image starts: ENTRYPOINT and CMD, followed through links, scripts, wrappers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from linkcheck.gate.entry import SHELLS, WRAPPERS, unwrapped
from linkcheck.gate.runs import simple_commands
from linkcheck.images.accounts import groups_of, refused_account, users_of
from linkcheck.images.image_base import ImageRoot
from linkcheck.images.image_settings import ImageSettings
from linkcheck.images.root import NoEntry
from linkcheck.images.tree import Node
from linkcheck.model.provides import UNKNOWN

_MAX_STEPS: Final = 8  # Linux follows four interpreters (fs/exec.c, exec_binprm)
_HEAD: Final = 256  # bytes of a script that the kernel looks at (BINPRM_BUF_SIZE)
_SHELL_ACTIVE: Final = re.compile(r"[$`*?\[\]{}~]")
_NUMBERS: Final = re.compile(r"(\d{1,10}):(\d{1,10})", re.ASCII)


_DENIED: Final = "permission denied"
# it leaves other users the capability DAC_OVERRIDE until exec
_BY_CAPABILITY: Final = "Docker 26 starts it unless capabilities are dropped, 20.10 does not"


class Step(NamedTuple):
    """A program of the image, at its canonical path, and why it is started."""

    path: str
    why: str


class Started(NamedTuple):
    """What a start of the image comes to. `argv` begins with the path that is executed.

    `refusal` is what the runtime says where it can't be started at all, else "". `untold` says
    what more is started that can't be told.
    """

    argv: tuple[str, ...]
    steps: tuple[Step, ...]
    refusal: str = ""
    untold: str = ""


def started_by(root: ImageRoot, settings: ImageSettings) -> Started:
    """Follow what `settings` start in `root`; the engine looks for their user before all else."""
    started = _followed(root, settings)
    refusal = refused_account(settings.user, users_of(root), groups_of(root))
    return started if refusal is UNKNOWN or not refusal else started._replace(refusal=refusal)


def _followed(root: ImageRoot, settings: ImageSettings) -> Started:
    argv = settings.argv
    if not argv or not argv[0]:
        return Started((), (), "the image names no program: it has neither ENTRYPOINT nor CMD")
    steps: list[Step] = []
    first: tuple[str, ...] = ()
    words: Sequence[str] = argv
    why = "ENTRYPOINT" if settings.entrypoint else "CMD"
    for _ in range(_MAX_STEPS):
        found = _found(root, settings, words[0])
        if found.refusal:
            return Started(first or tuple(argv), tuple(steps), found.refusal)
        first = first or (found.path, *argv[1:])
        script = _interpreter(root, found.canonical)
        if script is None:
            if all(step.path != found.canonical for step in steps):
                steps.append(Step(found.canonical, why))
            inner = _inner(words)
            if isinstance(inner, str):
                return Started(first, tuple(steps), untold=inner)
            if not inner:
                return Started(first, tuple(steps))
            why, words = f"started by {found.canonical}", inner
        else:
            why, words = f"#! of {found.canonical}", (*script, found.path)
            if not script:
                return Started(first, tuple(steps), f"exec {found.path}: exec format error")
    if not steps:  # nothing but scripts: ELOOP
        return Started(first, (), f"exec {first[0]}: too many levels of symbolic links")
    return Started(first, tuple(steps), untold="programs that start each other without end")


class _Found(NamedTuple):
    path: str = ""
    canonical: str = ""
    refusal: str = ""


def _found(root: ImageRoot, settings: ImageSettings, word: str) -> _Found:
    """As runc looks for it (Go's exec.LookPath): a path with a slash, or one of PATH."""
    if "/" in word:
        path = posixpath.normpath(posixpath.join("/", settings.workdir, word))
        path = path.replace("//", "/", 1)
        canonical = _executable(root, settings, path)
        if canonical.startswith("/"):
            return _Found(path, canonical)
        return _Found(refusal=f'exec: "{word}": stat {path}: {canonical}')
    denied = ""
    for folder in settings.environment["PATH"].split(":"):
        if folder.startswith("/"):
            path = posixpath.join(folder, word)
            canonical = _executable(root, settings, path)
            if canonical.startswith("/"):
                return _Found(path, canonical)
            denied = denied or (canonical if canonical.startswith(_DENIED) else "")
    return _Found(refusal=f'exec: "{word}": {denied or "executable file not found in $PATH"}')


def _executable(root: ImageRoot, settings: ImageSettings, path: str) -> str:
    """The canonical path of the file at `path`, or why it can't be executed."""
    found = root.tree.find(path)
    if isinstance(found, NoEntry):
        return found.why.lower()
    if found[1].kind == "directory":
        return "is a directory"
    node = found[1]
    if node.kind != "file" or not node.mode & 0o111:
        return _DENIED
    if not _may_execute(node, settings.user):
        return f"{_DENIED} to user {settings.user} (mode {node.mode & 0o777:04o}): {_BY_CAPABILITY}"
    return found[0]


def _may_execute(node: Node, user: str) -> bool:
    """By the mode bits, for a user given in numbers; for others any bit will do."""
    found = _NUMBERS.fullmatch(user)
    if found is None or int(found[1]) == 0:
        return bool(node.mode & 0o111)
    owner, group = node.owner
    shift = 6 if int(found[1]) == owner else 3 if int(found[2]) == group else 0
    return bool(node.mode >> shift & 1)


def _interpreter(root: ImageRoot, path: str) -> tuple[str, ...] | None:
    """The words of a script's first line, at most two; None for no script (fs/binfmt_script.c)."""
    raw = root.read(path, _HEAD)
    if isinstance(raw, NoEntry) or not raw.startswith(b"#!"):
        return None
    line = raw[2:].split(b"\n", 1)[0].decode("utf-8", "surrogateescape").strip(" \t")
    return tuple(word for word in re.split(r"[ \t]+", line, maxsplit=1) if word)


def _inner(words: Sequence[str]) -> Sequence[str] | str:
    """The words of the program that a wrapper or shell starts; a text where that can't be told."""
    name = posixpath.basename(words[0])
    if name in WRAPPERS:
        inner = unwrapped(words)
        return () if not inner or list(inner) == list(words) else _plain(inner)
    if name in SHELLS and len(words) > 2 and words[1] == "-c":
        parts = list(simple_commands(words[2]))
        if len(parts) != 1 or not parts[0]:
            return f"{words[0]} runs a program of shell, which does not say what it starts"
        return _plain(unwrapped(parts[0]))
    script = next((word for word in words[1:] if not word.startswith("-")), None)
    if name in SHELLS and script is not None:
        return f"{words[0]} runs {script}: what a script starts is not looked at"
    return ()


def _plain(words: Sequence[str]) -> Sequence[str] | str:
    if words and _SHELL_ACTIVE.search(words[0]):
        return f"{words[0]} is only known when it is started"
    return words


def steps_in_words(started: Started) -> Iterator[str]:
    """One sentence for each program that is judged, but for a sole one under its own name, and for
    what could not be told."""
    sole = len(started.steps) == 1 and started.argv[0] == started.steps[0].path
    for step in started.steps:
        if not sole:
            yield f"judged: {step.path} ({step.why})"
    if started.untold:
        yield f"not judged: {started.untold}"
