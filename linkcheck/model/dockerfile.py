"""A Dockerfile as it is written: stages and instructions, each with its lines."""

from __future__ import annotations

from typing import NamedTuple


class Heredoc(NamedTuple):
    """The text between `<<NAME` and `NAME`."""

    name: str
    content: str
    descriptor: int = 0


class Instruction(NamedTuple):
    """One instruction; `keyword` in capitals, `args` what follows its flags, unexpanded.

    `words` are the strings of the JSON form, else `args` split at blanks. Lines count from 1.
    """

    keyword: str
    args: str
    line: int
    end_line: int
    flags: tuple[str, ...] = ()  # "--from=build"
    words: tuple[str, ...] = ()
    json: bool = False
    heredocs: tuple[Heredoc, ...] = ()

    def flag(self, name: str) -> str | None:
        """The value of `--name=VALUE`; "" for a bare `--name`, None where it is not given."""
        return next(iter(self.flag_values(name)), None)

    def flag_values(self, name: str) -> tuple[str, ...]:
        """The values of a flag that may be given several times."""
        pairs = (flag.partition("=") for flag in self.flags)
        return tuple(value for key, _, value in pairs if key == f"--{name}")


class Stage(NamedTuple):
    """From one FROM to the next; `origin` is that FROM, unexpanded."""

    number: int  # counts from 0
    name: str | None
    origin: Instruction
    instructions: tuple[Instruction, ...]


class Dockerfile(NamedTuple):
    """A whole file. `leading` are the ARGs before the first FROM, `comments` (line, text)."""

    path: str
    escape: str
    leading: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    comments: tuple[tuple[int, str], ...]
    lines: tuple[str, ...]
