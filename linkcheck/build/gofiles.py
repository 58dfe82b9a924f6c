"""The little that is read of Go's text files: a package clause, and parts of go.mod and go.work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_HEAD = 1 << 18  # a package clause behind more comment than that is not looked for
MAX_MOD = 1 << 22

# Spec, "Packages": only comments and blank space stand before the clause.
_COMMENT = re.compile(rb"\s+|//[^\n]*(?:\n|\Z)|/\*.*?\*/|\xef\xbb\xbf", re.DOTALL)
_CLAUSE = re.compile(rb"package\s+([^\W\d]\w*)")
_IGNORED = re.compile(rb"^//(?:go:build|\s*\+build)[ \t]+ignore[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ModFile:
    """What matters here of a go.mod: its path, and whether it wants other modules."""

    path: str
    requires: bool
    local_replaces: tuple[str, ...] = ()


def package_name(file: Path) -> str | None:
    """The package that a Go file belongs to; None where it can't be told.

    Also None for files under `//go:build ignore`: by custom those are programs for
    `go run` that lie beside a package which they are no part of.
    """
    try:
        with file.open("rb") as stream:
            head = stream.read(MAX_HEAD)
    except OSError:
        return None
    position = 0
    while match := _COMMENT.match(head, position):
        position = match.end()
    clause = _CLAUSE.match(head, position)
    if clause is None or _IGNORED.search(head, 0, position):
        return None
    return clause[1].decode("utf-8", "replace")


def read_mod(file: Path) -> ModFile:
    """The parts of a go.mod that are needed (https://go.dev/ref/mod#go-mod-file)."""
    path, requires, replaces = "", False, []
    for verb, words in _directives(file):
        if verb == "module" and words:
            path = words[0]
        elif verb == "require":
            requires = True
        elif verb == "replace" and words and _is_local(words[-1]):
            replaces.append(words[-1])
    return ModFile(path, requires, tuple(replaces))


def read_work(file: Path) -> tuple[str, ...]:
    """The folders that a go.work uses or replaces modules with."""
    return tuple(
        words[-1]
        for verb, words in _directives(file)
        if words and (verb == "use" or (verb == "replace" and _is_local(words[-1])))
    )


def _is_local(target: str) -> bool:
    """A file path, not a module path with a version: begins with ./, ../ or / (go.dev/ref/mod)."""
    return target.startswith(("./", "../", "/")) or target in {".", ".."}


def _directives(file: Path) -> Iterator[tuple[str, list[str]]]:
    """Each line of a go.mod-like file as verb and words, with blocks opened up."""
    try:
        with file.open("rb") as stream:
            text = stream.read(MAX_MOD).decode("utf-8", "replace")
    except OSError:
        return
    block = ""
    for line in text.splitlines():
        words = [word.strip('"`') for word in line.split("//", 1)[0].split()]
        if not words:
            continue
        if block:
            if words == [")"]:
                block = ""
            else:
                yield block, words
        elif words[-1] == "(":
            block = words[0]
        else:
            yield words[0], words[1:]
