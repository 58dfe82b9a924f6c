"""Which files of a folder .dockerignore keeps out of the build context.

After github.com/moby/patternmatcher (patternmatcher.go, ignorefile.go), whose tables of cases are
in the tests; no library of the package index follows it. Patterns are matched state by state
instead of as regular expressions, so that none can take long.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from linkcheck.errors import UnreadableFileError
from linkcheck.gate.reader import DockerfileError

_MAX_SIZE: Final = 1 << 20
# one step of a pattern: a literal, `?`, a class, `*`, `**/` and `**` at the end
_STEP: Final = re.compile(
    r"(?P<deep>\*\*/?(?=.))|(?P<all>\*\*/?\Z)|(?P<star>\*)|(?P<one>\?)"
    r"|(?P<class>\[\^?(?:(?:\\.|[^\]\\-])(?:-(?:\\.|[^\]\\-]))?)+\])|\\(?P<escaped>.)|(?P<plain>[^\[\\])",
    re.DOTALL,
)


class Rule(NamedTuple):
    """One line of the file: `steps` of (kind, text); `keeps` where it starts with `!`."""

    line: int
    pattern: str
    keeps: bool
    steps: tuple[tuple[str, str], ...]

    def matches(self, path: str) -> bool:
        """Whether the pattern is all of `path`, or of a folder that it lies in."""
        if self.steps[:1] == (("deep", ""),) and all(kind == "plain" for kind, _ in self.steps[1:]):
            tail = self.pattern[2:]  # `**/a` and `**a` are compared as text there
            ends = [at for at, char in enumerate(path) if char == "/"]
            return any(
                path.endswith(tail, 0, end) or (tail.startswith("/") and path[:end] == tail[1:])
                for end in (*ends, len(path))
            )
        return _run(self.steps, path, parents=True)

    def may_match_below(self, folder: str) -> bool:
        """Whether something inside of `folder` could match."""
        parts, wanted = folder.split("/"), self.pattern.split("/")
        for part, pattern in zip(parts, wanted, strict=False):
            if "**" in pattern:
                return True
            if not _run(_steps(pattern) or (), part):
                return False
        return len(wanted) > len(parts)


class Ignored:
    """The rules of one file."""

    def __init__(self, path: str, rules: tuple[Rule, ...]) -> None:
        self._path = path
        self._rules = rules

    def by(self, name: str) -> str | None:
        """What keeps the path `name` of the context out of it; None where nothing does."""
        if name in ("", "."):
            return None
        last: Rule | None = None
        for rule in self._rules:
            if rule.keeps is (last is not None) and rule.matches(name):
                last = None if rule.keeps else rule
        return f"{self._path}:{last.line}: {last.pattern}" if last else None

    def by_whole(self, name: str) -> str | None:
        """The same for a path that may be a folder: None also where a part of it may be kept."""
        if any(rule.keeps and rule.may_match_below(name) for rule in self._rules):
            return None
        return self.by(name)


def read_ignored(context: Path, dockerfile: str | Path) -> Ignored | None:
    """The rules for that Dockerfile: DOCKERFILE.dockerignore, else the context's .dockerignore.

    Raises UnreadableFileError, or DockerfileError for a pattern that BuildKit would refuse.
    """
    for path in (Path(f"{dockerfile}.dockerignore"), context / ".dockerignore"):
        try:
            with path.open("rb") as file:
                text = file.read(_MAX_SIZE).decode("utf-8", "replace")
        except (FileNotFoundError, NotADirectoryError, ValueError):
            continue
        except OSError as error:
            raise UnreadableFileError(
                f"{path}: {error.strerror}", next_step="mend or remove that file"
            ) from error
        shown = path.name if path.parent == context else str(path)
        return Ignored(shown, tuple(rules_of(text, str(path))))
    return None


def rules_of(text: str, path: str = ".dockerignore") -> Iterator[Rule]:
    """The rules of a file's text. Raises DockerfileError as `read_ignored` does."""
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        pattern = line.strip()
        if line.startswith("#") or not pattern:
            continue
        keeps = pattern.startswith("!")
        pattern = pattern[1:].strip() if keeps else pattern
        steps = None
        if pattern:
            pattern = posixpath.normpath(pattern).replace("//", "/")
            pattern = pattern[1:] if pattern.startswith("/") and len(pattern) > 1 else pattern
            steps = _steps(pattern) if not (keeps and pattern == "/") else None
        if steps is None:
            raise DockerfileError(
                f"{path}:{number}: {line.strip()!r} is no pattern that BuildKit takes",
                next_step="mend that line",
            )
        yield Rule(number, pattern, keeps, steps)


def _steps(pattern: str) -> tuple[tuple[str, str], ...] | None:
    """The steps of a pattern; None where Go's filepath.Match would refuse it."""
    steps: list[tuple[str, str]] = []
    at = 0
    while at < len(pattern):
        found = _STEP.match(pattern, at)
        if found is None:
            return None
        kind = found.lastgroup or ""
        text = "" if kind in ("deep", "all", "star", "one") else found[kind]
        if kind == "class":  # a plain "[" in brackets means more to `re` than to Go
            text = "[" + re.sub(r"(\\.)|\[", lambda m: m[1] or r"\[", text[1:])
        steps.append((kind, text))
        at = found.end()
    if steps and steps[0][0] == "all":
        steps[0] = ("deep", "")
    return tuple(steps)


def _run(steps: tuple[tuple[str, str], ...], path: str, *, parents: bool = False) -> bool:
    """All states at once: `(n, inside)` is before step n, `inside` within the path of a `**/`."""
    end = (len(steps), False)
    states = _reach({(0, False)}, steps)
    for char in path:
        if parents and char == "/" and end in states:
            return True
        states = _reach({to for state in states for to in _next(state, steps, char)}, steps)
        if not states:
            return False
    return end in states


def _reach(
    states: set[tuple[int, bool]], steps: tuple[tuple[str, str], ...]
) -> set[tuple[int, bool]]:
    """The states with those that need no further character."""
    found = set(states)
    for at, inside in states:
        here = at
        while not inside and here < len(steps) and steps[here][0] in ("deep", "all", "star"):
            here += 1
            found.add((here, False))
    return found


def _next(
    state: tuple[int, bool], steps: tuple[tuple[str, str], ...], char: str
) -> Iterator[tuple[int, bool]]:
    at, _ = state
    if at == len(steps):
        return
    kind, text = steps[at]
    if kind == "all" or (kind == "star" and char != "/"):
        yield at, False
    elif kind == "deep":
        yield at, True
        if char == "/":
            yield at + 1, False
    elif (
        (kind == "one" and char != "/")
        or (kind in ("plain", "escaped") and char == text)
        or (kind == "class" and re.fullmatch(text, char, re.DOTALL))
    ):
        yield at + 1, False
