"""Words, quotes and variables, after moby/buildkit `frontend/dockerfile/shell/lex.go`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

# The value of a variable; None where it is not set.
Lookup: TypeAlias = Callable[[str], str | None]

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?!$-]")
_BRACED: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*|[0-9])(.*)\Z", re.DOTALL)
_HEREDOC: Final = re.compile(r"(\d*)<<(-?)([^<]*)\Z")
_MAX_NESTING: Final = 20
_MAX_TRIMMED: Final = 2048  # characters of a value from which a pattern is cut
MAX_VALUE: Final = 1 << 17  # the kernel takes no longer string (MAX_ARG_STRLEN)


class TooLongError(ValueError):
    """Variables that refer to each other make a value that no system would take."""


class HeredocMark(NamedTuple):
    """`<<NAME` on the line of an instruction; `chomp` for `<<-`."""

    name: str
    chomp: bool
    descriptor: int


def expand(text: str, lookup: Lookup, escape: str = "\\") -> str:
    """`text` with quotes removed and variables replaced; an unset one becomes nothing.

    Raises TooLongError where the variables alone would make more than MAX_VALUE characters.
    """
    return _expand(text, lookup, escape, 0)


def _expand(text: str, lookup: Lookup, escape: str, depth: int) -> str:
    out: list[str] = []
    size = at = 0
    quoted = False
    while at < len(text):
        char = text[at]
        if char == "'" and not quoted:
            end = text.find("'", at + 1)
            end = len(text) if end < 0 else end
            out.append(text[at + 1 : end])
            at = end + 1
        elif char == '"':
            quoted = not quoted
            at += 1
        elif char == escape:
            following = text[at + 1 : at + 2]
            keep = quoted and following not in ('"', "$", escape)
            out.append(char + following if keep else following)
            at += 2
        elif char == "$":
            value, at = _variable(text, at + 1, lookup, escape, depth)
            size += len(value)
            if size > MAX_VALUE:
                raise TooLongError
            out.append(value)
        else:
            out.append(char)
            at += 1
    return "".join(out)


def _variable(text: str, at: int, lookup: Lookup, escape: str, depth: int) -> tuple[str, int]:
    if text.startswith("{", at):
        end = _closing(text, at + 1)
        if end < 0:
            return text[at - 1 :], len(text)
        return _braced(text[at + 1 : end], lookup, escape, depth), end + 1
    found = _NAME.match(text, at)
    if found is None:
        return "$", at
    return lookup(found[0]) or "", found.end()


def _closing(text: str, at: int) -> int:
    depth = 1
    while at < len(text):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
        at += 1
    return -1


def _braced(inner: str, lookup: Lookup, escape: str, depth: int) -> str:
    found = _BRACED.match(inner)
    if found is None or depth > _MAX_NESTING:
        return ""
    value, rest = lookup(found[1]), found[2]
    if not rest:
        return value or ""
    counts = value if rest.startswith(":") else ("" if value is None else "set")
    operator, word = (rest[1:2], rest[2:]) if rest.startswith(":") else (rest[:1], rest[1:])
    if operator == "-":
        return (value or "") if counts else _expand(word, lookup, escape, depth + 1)
    if operator == "+":
        return _expand(word, lookup, escape, depth + 1) if counts else ""
    if operator in "#%" and not rest.startswith(":"):
        return _trimmed(value or "", rest)
    if operator == "/":
        return _replaced(value or "", rest)
    return value or ""


def _trimmed(value: str, rest: str) -> str:
    """`#`, `##`, `%` and `%%` with shell patterns."""
    operator = rest[0]
    greedy = rest[1:2] == operator
    pattern = rest[2:] if greedy else rest[1:]
    if len(value) > _MAX_TRIMMED:
        return value
    cuts = range(len(value) + 1)
    if operator == "#":
        order = reversed(cuts) if greedy else iter(cuts)
        return next((value[cut:] for cut in order if _matches(value[:cut], pattern)), value)
    order = iter(cuts) if greedy else reversed(cuts)
    return next((value[:cut] for cut in order if _matches(value[cut:], pattern)), value)


def _matches(text: str, glob: str) -> bool:
    """Whether a pattern of `*`, `?` and plain characters is all of `text`, without backtracking."""
    at = in_glob = mark = 0
    star = -1
    while at < len(text):
        if in_glob < len(glob) and glob[in_glob] == "*":
            star, mark = in_glob, at
            in_glob += 1
        elif in_glob < len(glob) and glob[in_glob] in ("?", text[at]):
            at += 1
            in_glob += 1
        elif star >= 0:
            mark += 1
            at, in_glob = mark, star + 1
        else:
            return False
    return not glob[in_glob:].strip("*")


def _replaced(value: str, rest: str) -> str:
    """`/` and `//` with plain text; a pattern there is left alone."""
    every = rest.startswith("//")
    wanted, _, by = rest[2 if every else 1 :].partition("/")
    if not wanted or "*" in wanted or "?" in wanted:
        return value
    return value.replace(wanted, by) if every else value.replace(wanted, by, 1)


def split_words(text: str, escape: str = "\\") -> list[str]:
    """The words of `text`, quotes and escapes kept in them."""
    words: list[str] = []
    word: list[str] = []
    quote = ""
    at = 0
    while at < len(text):
        char = text[at]
        if char == escape and quote != "'":
            word.append(text[at : at + 2])
            at += 2
            continue
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char.isspace():
            if word:
                words.append("".join(word))
                word = []
            at += 1
            continue
        word.append(char)
        at += 1
    return [*words, "".join(word)] if word else words


def is_closed(text: str, escape: str = "\\") -> bool:
    """Whether every quote that is opened is closed."""
    quote = ""
    at = 0
    while at < len(text):
        char = text[at]
        if char == escape and quote != "'":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        at += 1
    return not quote


def find_heredocs(line: str, escape: str = "\\") -> Iterator[HeredocMark]:
    """The `<<NAME` words of an instruction, quotes of the name removed.

    A quote that is never closed leaves no words at all, as BuildKit's lexer gives up there.
    """
    if not is_closed(line, escape):
        return
    for word in split_words(line, escape):
        found = _HEREDOC.match(word)
        if found is None:
            continue
        rest = found[3]
        name = expand(rest, lambda _: None, escape)
        if name and len(split_words(rest, escape)) == 1:
            yield HeredocMark(name, found[2] == "-", int(found[1] or 0))
