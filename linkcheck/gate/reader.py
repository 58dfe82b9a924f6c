"""Lines of a Dockerfile -> instructions, as BuildKit reads them.

After moby/buildkit `frontend/dockerfile/parser/parser.go` and `line_parsers.go`. An own reader,
for what the package index has does not do: dockerfile-parse 2.0 takes the lines of a heredoc for
instructions and ends a continuation at an empty line; `dockerfile` 3.4 is BuildKit's parser itself
behind a C interface, but is only there for x86-64 glibc Linux, elsewhere it needs a Go toolchain.
The tests hold this reader to that package, instruction by instruction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from linkcheck.errors import InputError
from linkcheck.gate.words import find_heredocs
from linkcheck.model.dockerfile import Heredoc, Instruction

KEYWORDS: Final = frozenset(
    {"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"}
    | {"MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)
MAX_SIZE: Final = 1 << 20
_HEREDOC_KEYWORDS: Final = frozenset({"ADD", "COPY", "RUN"})
_JSON_KEYWORDS: Final = frozenset(
    {"ADD", "COPY", "CMD", "ENTRYPOINT", "RUN", "SHELL", "VOLUME", "HEALTHCHECK"}
)
# frontend/dockerfile/instructions/parse.go and commands.go
_FLAGS: Final[dict[str, frozenset[str]]] = {
    "FROM": frozenset({"platform"}),
    "ADD": frozenset({"chown", "chmod", "link", "checksum", "keep-git-dir", "exclude", "unpack"}),
    "COPY": frozenset({"from", "chown", "chmod", "link", "parents", "exclude"}),
    "RUN": frozenset({"mount", "network", "security", "device"}),
    "HEALTHCHECK": frozenset({"interval", "timeout", "start-period", "start-interval", "retries"}),
}
_BLANKS: Final = re.compile(r"[\t\v\f\r ]+")
_DIRECTIVE: Final = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*\Z")
_DIRECTIVES: Final = frozenset({"escape", "syntax", "check"})


class DockerfileError(InputError):
    """A Dockerfile that BuildKit would refuse to read."""


class Source(NamedTuple):
    """What the lines hold: the escape character, the instructions, and (line, text) of comments."""

    escape: str
    instructions: tuple[Instruction, ...]
    comments: tuple[tuple[int, str], ...]
    lines: tuple[str, ...]


def read_source(text: str, path: str) -> Source:
    """The instructions of a Dockerfile. Raises DockerfileError with the line that is wrong."""
    if len(text) > MAX_SIZE:
        raise DockerfileError(f"{path}: larger than 1 MiB", next_step="name a Dockerfile")
    lines = text.removeprefix("\ufeff").split("\n")
    lines = [line.removesuffix("\r") for line in lines[:-1] + lines[-1:] * bool(lines[-1])]
    escape = _escape(lines, path)
    comments: list[tuple[int, str]] = []
    instructions = tuple(_Reader(lines, escape, path, comments).instructions())
    return Source(escape, instructions, tuple(comments), tuple(lines))


def _escape(lines: list[str], path: str) -> str:
    """The `# escape=` directive; directives stand before everything else, comments included."""
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        found = _DIRECTIVE.match(line.strip())
        name = found[1].lower() if found else ""
        if not found or name not in _DIRECTIVES or name in seen:
            break
        seen.add(name)
        if name == "escape":
            if found[2] not in ("\\", "`"):
                raise DockerfileError(
                    f"{path}:{number}: invalid escape character {found[2]!r}",
                    next_step="write # escape=` or leave the directive out",
                )
            return found[2]
    return "\\"


class _Reader:
    def __init__(
        self, lines: list[str], escape: str, path: str, comments: list[tuple[int, str]]
    ) -> None:
        self._lines = lines
        self._escape = escape
        self._path = path
        self._comments = comments
        self._next = 0
        mark = re.escape(escape)
        self._continued = re.compile(rf"(?:(?<=[^{mark}])|^){mark}[ \t]*\Z")

    def instructions(self) -> Iterator[Instruction]:
        while self._next < len(self._lines):
            first = self._next + 1
            joined = self._logical_line()
            if joined:
                yield self._instruction(joined, first)

    def _logical_line(self) -> str:
        """One line with its continuations; comments and empty lines between them are dropped."""
        line, goes_on = self._take(strip=True)
        parts = [line]
        while goes_on and self._next < len(self._lines):
            raw = self._lines[self._next]
            if not raw.strip() or raw.lstrip().startswith("#"):
                self._comment(raw)
                self._next += 1
                continue
            line, goes_on = self._take(strip=False)
            parts.append(line)
        return "".join(parts)

    def _take(self, *, strip: bool) -> tuple[str, bool]:
        raw = self._lines[self._next]
        if raw.lstrip().startswith("#"):
            self._comment(raw)
            self._next += 1
            return "", False
        self._next += 1
        line = raw.lstrip() if strip else raw
        found = self._continued.search(line)
        return (line[: found.start()], True) if found else (line, False)

    def _comment(self, raw: str) -> None:
        if raw.strip():
            self._comments.append((self._next + 1, raw.strip().removeprefix("#").strip()))

    def _instruction(self, line: str, first: int) -> Instruction:
        name, _, rest = _cut(line.strip())
        keyword = name.upper()
        if keyword not in KEYWORDS:
            raise DockerfileError(
                f"{self._path}:{first}: unknown instruction: {name}",
                next_step="mend that line, or name the right file with --dockerfile",
            )
        flags, args = split_flags(rest)
        for flag in flags:
            known = _FLAGS.get(keyword, frozenset())
            if keyword != "ONBUILD" and flag.partition("=")[0].removeprefix("--") not in known:
                raise DockerfileError(
                    f"{self._path}:{first}: {keyword}: unknown flag: {flag}",
                    next_step="mend that line",
                )
        return self._parsed(keyword, flags, args.strip(), line, first)

    def _parsed(
        self, keyword: str, flags: tuple[str, ...], args: str, line: str, first: int
    ) -> Instruction:
        heredocs: tuple[Heredoc, ...] = ()
        if keyword in _HEREDOC_KEYWORDS:
            heredocs = tuple(self._heredocs(line, first))
        if not args and keyword not in ("CMD", "ENTRYPOINT", "RUN", "MAINTAINER"):
            raise DockerfileError(
                f"{self._path}:{first}: {keyword} requires at least one argument",
                next_step="mend that line",
            )
        found = json_form(args) if keyword in _JSON_KEYWORDS else None
        words = found if found is not None else tuple(w for w in _BLANKS.split(args) if w)
        return Instruction(
            keyword, args, first, self._next, flags, words, found is not None, heredocs
        )

    def _heredocs(self, line: str, first: int) -> Iterator[Heredoc]:
        for mark in find_heredocs(line, self._escape):
            content: list[str] = []
            while True:
                if self._next >= len(self._lines):
                    raise DockerfileError(
                        f"{self._path}:{first}: unterminated heredoc {mark.name}",
                        next_step=f"end it with a line {mark.name}",
                    )
                raw = self._lines[self._next]
                self._next += 1
                if (raw.lstrip("\t") if mark.chomp else raw) == mark.name:
                    break
                content.append(raw + "\n")
            yield Heredoc(mark.name, "".join(content), mark.descriptor)


def _cut(text: str) -> tuple[str, str, str]:
    found = _BLANKS.search(text)
    return (text[: found.start()], found[0], text[found.end() :]) if found else (text, "", "")


def json_form(args: str) -> tuple[str, ...] | None:
    """The strings of a JSON array, or None for the shell form.

    Go's decoder stops after the array, so what follows it is dropped, as in BuildKit.
    """
    if not args.startswith("["):
        return None
    try:
        value, _ = json.JSONDecoder(parse_constant=_no_constant).raw_decode(args)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    return None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def split_flags(text: str) -> tuple[tuple[str, ...], str]:
    """The leading `--flags` and the rest (`extractBuilderFlags`)."""
    flags: list[str] = []
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if not text.startswith("--", at):
            return tuple(flags), text[at:]
        word, at = _flag(text, at)
        if word == "--":
            return tuple(flags), text[at:]
        flags.append(word)


def _flag(text: str, at: int) -> tuple[str, int]:
    word: list[str] = []
    quote = ""
    while at < len(text) and (quote or not text[at].isspace()):
        char = text[at]
        if char == "\\":
            at += 1
            if at < len(text):
                word.append(text[at])
        elif quote and char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        else:
            word.append(char)
        at += 1
    return "".join(word), at
