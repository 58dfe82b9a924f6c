"""A start in a real image of a Docker Engine: what `docker run` would show, and less to reach."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from linkcheck.engine.engine import Engine
from linkcheck.engine.sealed import Limits, Prepared, Sealed, in_place, prepared, sealed
from linkcheck.errors import MissingToolError
from linkcheck.run.emulation import (
    BINFMT,
    is_native,
    is_native_image,
    judge_emulated,
    machine_of,
)
from linkcheck.run.observation import MAX_OUTPUT, PROGRAM, Observation, judge_output
from linkcheck.run.runner import GRACE, MEMORY, SECONDS, check_program
from linkcheck.run.runtime import runtime_refusal

_PROCESSES: Final = 512


class DockerRunner:
    """Starts programs in `image` (None: scratch) of `engine`. A `Runner`."""

    def __init__(self, engine: Engine, image: str | None) -> None:
        self._engine = engine
        self._image = image

    @property
    def machine(self) -> str:
        """See `Runner.machine`."""
        return self._engine.architecture

    def describe(self) -> str:
        """See `Runner.describe`."""
        return f"{self._engine.describe()}, {self._image or 'scratch'}"

    def start(
        self,
        program: Path,
        arguments: Sequence[str] = (),
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
    ) -> Observation:
        """See `Runner.start`."""
        check_program(program)
        limits = _limits(self._engine, seconds, memory)
        with (
            prepared(self._engine, self._image, program) as image,
            sealed(self._engine, image, arguments, limits) as container,
        ):
            return _observe(image, container, seconds, _emulator(program, self._engine))


class ImageRunner:
    """Starts the program at `inside` of an image of `engine`, as it lies there. A `Runner`."""

    def __init__(self, engine: Engine, image: str, inside: str) -> None:
        self._engine = engine
        self._image = image
        self._inside = inside

    @property
    def machine(self) -> str:
        """See `Runner.machine`."""
        return self._engine.architecture

    def describe(self) -> str:
        """See `Runner.describe`."""
        return f"{self._engine.describe()}, {self._image}"

    def start(
        self,
        program: Path,
        arguments: Sequence[str] = (),
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
    ) -> Observation:
        """See `Runner.start`. It runs as the image's user, in its folder.

        `program` tells no more than the CPU, if it is a program: what is started is the image's.
        """
        image = in_place(self._engine, self._image, self._inside)
        limits = _limits(self._engine, seconds, memory)
        emulator = _emulator(program, self._engine)
        found = self._engine.image(self._image)
        if found is not None and not is_native_image(found.architecture, self.machine):
            emulator = BINFMT
        with sealed(self._engine, image, arguments, limits) as container:
            return _observe(image, container, seconds, emulator)


def _emulator(program: Path, engine: Engine) -> str:
    """What the engine's kernel has to call for a program of that CPU; "" where it needs none."""
    return "" if is_native(machine_of(program), engine.architecture) else BINFMT


def _limits(engine: Engine, seconds: float, memory: int) -> Limits:
    return Limits(
        memory=min(memory, engine.memory * 3 // 4 or memory),
        processes=_PROCESSES,
        cpu_seconds=2 * int(seconds + GRACE) + 2,
    )


def _observe(image: Prepared, container: Sealed, seconds: float, emulator: str) -> Observation:
    if said := container.start().replace(image.program, PROGRAM):
        # runtimes look at the file before they start anything
        if refused := runtime_refusal(PROGRAM, said, 126):
            return refused
        raise MissingToolError(
            f"the container can't be started: {said}", next_step="see `docker info`"
        )
    exit_code = container.exit_code(seconds)
    if exit_code is None:
        container.terminate(GRACE)
    text = container.output()[-MAX_OUTPUT:].decode("utf-8", "backslashreplace")
    text = text.replace(image.program, PROGRAM)
    if refused := runtime_refusal(PROGRAM, text, exit_code):
        return refused
    if emulator and exit_code is None and not text.strip():
        raise MissingToolError(
            "it ran in silence under an emulator as the container's first process, where a crash "
            "looks alike",
            next_step="start it where it prints something, or on a machine with that CPU",
        )
    if emulator:
        return judge_emulated(PROGRAM, text, exit_code, emulator)
    return judge_output(PROGRAM, text, exit_code)
