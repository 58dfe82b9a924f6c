"""What starts a program in one base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from linkcheck.errors import UnreadableFileError
from linkcheck.run.observation import Observation

SECONDS: Final = 5.0  # after which a program that still runs counts as started
GRACE: Final = 2.0  # seconds between SIGTERM and SIGKILL
MEMORY: Final = 4 << 30


class Own(NamedTuple):
    """A program that lies in the base itself at `path`, and how its image has it started."""

    path: str
    environment: Mapping[str, str]
    workdir: str


class Runner(Protocol):
    """One base, ready to start programs in it, from several threads."""

    @property
    def machine(self) -> str:
        """The CPU that programs run on there, as `uname -m` says it."""
        ...

    def describe(self) -> str:
        """One phrase for the user: what starts the program, and where."""
        ...

    def start(
        self,
        program: Path,
        arguments: Sequence[str] = (),
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
    ) -> Observation:
        """Start `program` as /app, as PID 1, and see what becomes of it.

        No network, a read-only root, no capabilities, no new privileges, and limits on time,
        memory and processes. What still runs after `seconds` counts as started, and is sent
        SIGTERM, then SIGKILL. Nothing is left behind.
        Raises MissingToolError where the sandbox can't be made, UnreadableFileError for `program`.
        """
        ...


def check_program(program: Path) -> None:
    """Raises UnreadableFileError where `program` is no file that can be read."""
    try:
        with program.open("rb"):
            pass
    except OSError as error:
        raise UnreadableFileError(
            f"{program}: {error.strerror or error}", next_step="name a program file"
        ) from error
