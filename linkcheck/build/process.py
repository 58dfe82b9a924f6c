"""Child processes that end when they should: a time limit, a cancel, and no orphans."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

GRACE = 3.0  # seconds between SIGTERM and SIGKILL; `go build` removes its work folder meanwhile


@dataclass(frozen=True, slots=True)
class Finished:
    """How a process ended; `output` is stdout and stderr as they came."""

    ending: Literal["exited", "timed out", "cancelled"]
    exit_code: int
    output: str


class Processes:
    """Runs commands, each in a group of its own, and can end all of them from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._cancelled = False

    def run(
        self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float
    ) -> Finished:
        """Run `argv` to its end. Raises OSError where it can't be started."""
        with self._lock:
            if self._cancelled:
                return Finished("cancelled", -1, "")
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                # a Ctrl-C on the terminal goes to us alone, and we end the group in our own time
                start_new_session=True,
            )
            self._running.add(process)
        timed_out = False
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            timed_out = True
            _end_group(process)
            output, _ = process.communicate()
        except BaseException:
            _end_group(process)
            raise
        finally:
            with self._lock:
                self._running.discard(process)
        ending: Literal["exited", "timed out", "cancelled"] = "exited"
        if self._cancelled:
            ending = "cancelled"
        elif timed_out:
            ending = "timed out"
        return Finished(ending, process.returncode, output.decode("utf-8", "replace"))

    def cancel(self) -> None:
        """End every running command; later ones are not started."""
        with self._lock:
            self._cancelled = True
            running = list(self._running)
        for process in running:
            _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM to the whole group, SIGKILL after a grace time (`kill` where there are none)."""
    if not hasattr(os, "killpg"):
        process.kill()
        return
    _signal_group(process, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    _signal_group(process, signal.SIGKILL)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
