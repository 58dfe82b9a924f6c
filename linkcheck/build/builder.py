"""What every builder can do, and the two ways a build can end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from linkcheck.build.platforms import Platform
from linkcheck.build.recipe_tables import Recipe
from linkcheck.build.remote import Remote
from linkcheck.build.source import Source


@dataclass(frozen=True, slots=True)
class BuiltBinary:
    """A finished program, owned by the caller; `log_tail` holds the compiler's warnings."""

    path: Path
    log_tail: str = ""


@dataclass(frozen=True, slots=True)
class NotBuilt:
    """No program, and why: `cause` in one line, `log_tail` the end of what the compiler said.

    `lasting`: the same inputs would end the same way again, so that there is no need to try.
    """

    status: Literal["failed", "skipped"]
    cause: str
    log_tail: str = ""
    lasting: bool = False


Outcome: TypeAlias = BuiltBinary | NotBuilt
Program: TypeAlias = Source | Remote


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much a builder can do at once: cores, and bytes of memory (0: not known)."""

    cpus: int
    memory: int = 0


class Builder(Protocol):
    """Something that can carry out recipes, several at a time from several threads."""

    @property
    def name(self) -> str:
        """ "docker" or "local"."""
        ...

    @property
    def platform(self) -> Platform:
        """The platform that it builds for where the user names none."""
        ...

    def describe(self) -> str:
        """One phrase for the user: what builds, with which Go and which C compiler."""
        ...

    def go_version(self) -> str | None:
        """ "go1.27.3", or None where it can't be told before something was built."""
        ...

    def capacity(self) -> Capacity:
        """What all builds together may use."""
        ...

    def inputs(self, recipe: Recipe, platform: Platform) -> str | None:
        """A text that changes whenever this builder may build that differently.

        None where it can't be told, so that nothing must be reused.
        """
        ...

    def build(self, recipe: Recipe, source: Program, platform: Platform, into: Path) -> Outcome:
        """Build `source` and put the program into the folder `into` under the name `source.name`.

        Whatever goes wrong with this one build is the NotBuilt returned, never an exception;
        nothing but the finished program is left behind.
        """
        ...

    def cancel(self) -> None:
        """End all that is being built, from any thread; those builds return NotBuilt soon."""
        ...

    def close(self) -> None:
        """Let go of connections and temporary files; the builder is of no use afterwards."""
        ...
