"""A program that crashes under an emulator is no start: QEMU ends it with a signal to itself.

The kernel keeps that signal from the first process of a namespace, which then seems to run on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import cast

import pytest

from linkcheck.engine.sealed import Prepared, Sealed
from linkcheck.errors import MissingToolError
from linkcheck.run.bubblewrap import BubblewrapRunner
from linkcheck.run.docker import _observe
from linkcheck.run.emulation import BINFMT, is_native
from linkcheck.run.launcher import launcher

# linux-user/signal.c, dump_core_and_abort(): to itself, and then it waits to be ended
DIES = """
#include <signal.h>
#include <unistd.h>
int main(void) { kill(getpid(), SIGILL); for (;;) pause(); }
"""
# what a service does: it says something, and runs on
SERVES = """
#include <unistd.h>
int main(void) { write(1, "listening\\n", 10); for (;;) pause(); }
"""


@pytest.fixture
def foreign(tmp_path: Path, bwrap: None) -> Path:
    """A program of a CPU that this machine has not."""
    runner = BubblewrapRunner(None, "scratch")
    machine = next(one for one in ("aarch64", "x86_64") if not is_native(one, runner.machine))
    code = launcher(machine)
    assert code is not None
    program = tmp_path / machine
    program.write_bytes(code)
    program.chmod(0o755)
    if runner.start(program, seconds=1).emulator == BINFMT:
        pytest.skip("the kernel here has an emulator of its own")
    return program


def emulate(foreign: Path, folder: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Put an emulator that does no more than `code` on PATH; its name."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed: apt-get install gcc")
    made = folder / f"qemu-{foreign.name}"
    source = folder / "emulator.c"
    source.write_text(code)
    subprocess.run(["gcc", "-static", "-o", made, source], check=True, timeout=60)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return made.name


def test_a_signal_of_the_emulator_to_itself_ends_it(
    foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = emulate(foreign, tmp_path, DIES, monkeypatch)
    seen = BubblewrapRunner(None, "scratch").start(foreign, seconds=2)
    assert (seen.outcome, seen.emulator) == ("crashed", name)


def test_a_service_under_an_emulator_counts_as_started_and_is_ended(
    foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = emulate(foreign, tmp_path, SERVES, monkeypatch)
    seen = BubblewrapRunner(None, "scratch").start(foreign, seconds=1)
    assert (seen.outcome, seen.exit_code, seen.emulator) == ("started", None, name)
    assert seen.output == "listening\n"


class Container:
    """A container in an engine that never ends by itself, and what it printed."""

    def __init__(self, said: bytes) -> None:
        self.said = said

    def start(self) -> str:
        return ""

    def exit_code(self, _: float) -> None:
        return None

    def terminate(self, _: float) -> None:
        return None

    def output(self) -> bytes:
        return self.said


def test_silence_of_a_container_s_first_process_under_an_emulator_is_no_start() -> None:
    image = Prepared("ref", "/app", None)
    silent, talking = cast("Sealed", Container(b"")), cast("Sealed", Container(b"listening\n"))
    with pytest.raises(MissingToolError, match="where a crash looks alike"):
        _observe(image, silent, 1, BINFMT)
    assert _observe(image, talking, 1, BINFMT).started
    assert _observe(image, silent, 1, "").started
