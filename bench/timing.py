"""Run commands in turn, and measure each as a whole process."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Contender:
    """A command under measurement; `error` says why it can't take part."""

    name: str
    argv: Sequence[str]
    seconds: list[float] = field(default_factory=list)
    peak_bytes: int = 0
    error: str = ""

    @property
    def median(self) -> float:
        """Median wall time in seconds."""
        return statistics.median(self.seconds)


def run_in_turn(contenders: list[Contender], rounds: int) -> None:
    """One warm-up, then `rounds` counted runs of each; a contender that fails is left out."""
    for counted in range(rounds + 1):
        for contender in contenders:
            if not contender.error:
                _run(contender, counted=counted > 0)


# installed tools come with their bytecode; the warm-up writes that of a checkout
_ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def _run(contender: Contender, *, counted: bool) -> None:
    began = time.perf_counter()
    try:
        process = subprocess.Popen(
            contender.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
        )
    except OSError as error:
        contender.error = f"{error.filename}: {error.strerror}"
        return
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # peers use 1 for "found something"
        contender.error = f"exit code {process.returncode}"
        return
    contender.peak_bytes = max(contender.peak_bytes, usage.ru_maxrss * 1024)
    if counted:
        contender.seconds.append(elapsed)
