"""The loader and the libraries of a program, under the very paths where they are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from linkcheck.loader import load
from linkcheck.loader.options import LoadOptions
from linkcheck.model.bundle import PROGRAM
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.library import LibraryView, SharedObject
from linkcheck.model.verdicts import LoadResult
from linkcheck.ship.recording import RecordingView

OPTIONS = LoadOptions(program=PROGRAM)


class Library(NamedTuple):
    """`path` is where the loader looks, `found` what it gets there."""

    path: str
    found: SharedObject
    why: str


def closure(
    facts: BinaryFacts, view: LibraryView, opened: Sequence[str] = ()
) -> tuple[LoadResult, tuple[Library, ...]]:
    """What the loader of the root says of the program, and the files that it takes.

    `opened` are sonames which the program opens by itself: they are looked for as if it needed
    them, with all that they need in turn.
    """
    recording = RecordingView(view)
    result = load(with_needed(facts, opened), recording, OPTIONS)
    if result.refusals or result.doubts or facts.elf is None or facts.elf.interpreter is None:
        return result, ()
    interpreter = facts.elf.interpreter
    used = {*result.loaded}
    own = recording.opened.get(interpreter)
    used |= {own.path} if own is not None else set()
    libraries = tuple(
        Library(path, found, _why(path, found, interpreter, facts, recording, opened))
        for path, found in sorted(recording.opened.items())
        if found.path in used
    )
    return result, libraries


def with_needed(facts: BinaryFacts, opened: Sequence[str]) -> BinaryFacts:
    """The program as if it were linked with those libraries too."""
    if facts.elf is None or not opened:
        return facts
    more = tuple(soname for soname in opened if soname not in facts.elf.needed)
    return facts._replace(elf=facts.elf._replace(needed=(*facts.elf.needed, *more)))


def _why(
    path: str,
    found: SharedObject,
    interpreter: str,
    facts: BinaryFacts,
    recording: RecordingView,
    opened: Sequence[str],
) -> str:
    if path == interpreter:
        return "the loader that the program names"
    names = {path.rsplit("/", 1)[-1], found.soname or ""}
    if facts.elf is not None and names & set(facts.elf.needed):
        return "library: the program needs it"
    if names & set(opened):
        return "library: opened at run time"
    users = sorted(
        other.soname or other.path.rsplit("/", 1)[-1]
        for other in {o.path: o for o in recording.opened.values()}.values()
        if names & set(other.needed)
    )
    return f"library: {users[0]} needs it" if users else "library"
