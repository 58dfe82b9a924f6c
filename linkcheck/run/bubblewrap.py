"""A start in a root file system under bubblewrap: no engine, no daemon, no privileges."""

from __future__ import annotations

import json
import os
import platform
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Final, NamedTuple

from linkcheck.errors import BadRootError, MissingToolError
from linkcheck.run.emulation import (
    BINFMT,
    find_emulator,
    is_native,
    judge_emulated,
    machine_of,
)
from linkcheck.run.launcher import MARK, launcher
from linkcheck.run.observation import (
    MAX_OUTPUT,
    PROGRAM,
    Observation,
    judge_output,
    refused_by_kernel,
)
from linkcheck.run.runner import GRACE, MEMORY, SECONDS, Own, check_program
from linkcheck.run.sandbox import sandbox

_LAUNCHER: Final = "/.linkcheck-launcher"
_EMULATOR: Final = "/.linkcheck-emulator"
_FILE_SIZE: Final = 64 << 20
_HANDED_OVER: Final = "transferring control: "  # elf/rtld.c, under LD_DEBUG
_EXECVP: Final = "bwrap: execvp "  # the program's fault, not the sandbox's


class BubblewrapRunner:
    """Starts programs in the root file system under `root`, in an empty one without. A `Runner`.

    With `own` it starts that program of the root itself, whatever program `start` is given.
    Raises MissingToolError without bubblewrap, BadRootError without the root.
    """

    def __init__(self, root: Path | None, title: str, own: Own | None = None) -> None:
        bwrap = shutil.which("bwrap")
        if bwrap is None:
            raise MissingToolError(
                "bubblewrap is not installed", next_step="install it (apt-get install bubblewrap)"
            )
        if root is not None and not root.is_dir():
            raise BadRootError(
                f"{root}: not a folder", next_step="name an unpacked root file system"
            )
        self._bwrap = bwrap
        self._root = root
        self._title = title
        self._own = own
        self._program = PROGRAM if own is None else own.path

    @property
    def machine(self) -> str:
        """See `Runner.machine`."""
        return platform.machine()

    def describe(self) -> str:
        """See `Runner.describe`."""
        return f"bubblewrap, {self._title}"

    def start(
        self,
        program: Path,
        arguments: Sequence[str] = (),
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
    ) -> Observation:
        """See `Runner.start`. `memory` bounds the program's data.

        A program for another CPU goes to what the kernel has for it (binfmt_misc), else to a
        static `qemu-CPU` on PATH.
        """
        check_program(program)
        machine = machine_of(program)
        foreign = machine is not None and not is_native(machine, self.machine)
        how = _How(seconds, memory, emulator=BINFMT if foreign else "")
        seen = self._start(program, arguments, how)
        if foreign and machine and seen.refusal.endswith(": exec format error"):
            emulator = find_emulator(machine)
            if emulator is None:
                return seen
            how = how._replace(emulator=emulator.name, launch=emulator)
            seen = self._start(program, arguments, how)
        if seen.outcome != "crashed":
            return seen
        # who died in silence, the loader or the program? glibc's loader tells, if it is asked
        asked = ("--setenv", "LD_DEBUG", "files")
        told = self._start(program, arguments, how, asked)
        handed_over = f"{_HANDED_OVER}{self._program}\n" in told.output
        return replace(seen, outcome="started") if handed_over else seen

    def _start(
        self,
        program: Path,
        arguments: Sequence[str],
        how: _How,
        extra: Sequence[str] = (),
    ) -> Observation:
        name = self._program
        command = [self._bwrap, *self._sandboxed(program, how), *extra]
        # both files have no name: whatever ends us, nothing is left behind
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as helper:
            if (code := launcher()) is not None:
                helper.write(code)
                helper.seek(0)
                command += ["--perms", "0755", "--ro-bind-data", str(helper.fileno()), _LAUNCHER]
            if how.launch is not None:
                command += ["--ro-bind", str(how.launch), _EMULATOR]
            command += ["--remount-ro", "/", "--"]
            command += [_LAUNCHER] if code is not None else []
            command += [_EMULATOR, "-0", name] if how.launch is not None else []
            command += [name, *arguments]
            with _held_back(command, output, helper) as (process, child):
                _limit(child, how.memory, how.seconds)
            exit_code = _end_of(process, child, how)
            output.seek(max(0, output.seek(0, os.SEEK_END) - MAX_OUTPUT))
            said = output.read()
        if exit_code and said.endswith(MARK):  # the launcher's, and its exit code is the errno
            if how.launch is not None:
                raise MissingToolError(f"{how.launch} can't be run: {os.strerror(exit_code)}")
            return refused_by_kernel(name, os.strerror(exit_code))
        text = said.decode("utf-8", "backslashreplace")
        if exit_code and text.startswith("bwrap: ") and not text.startswith(f"{_EXECVP}{name}: "):
            raise _no_sandbox(text)
        if how.emulator:
            return judge_emulated(name, text, exit_code, how.emulator)
        return judge_output(name, text, exit_code)

    def _sandboxed(self, program: Path, how: _How) -> list[str]:
        return sandbox(self._root, program.absolute(), self._own, as_pid_1=not how.emulator)


class _How(NamedTuple):
    """How long and how large a start may be, and by which emulator: `launch` where it is ours.

    QEMU ends a program that dies of a signal by sending itself that signal, which the kernel keeps
    from a namespace's first process: that would seem to run. So bwrap's own process is the first.
    """

    seconds: float
    memory: int
    emulator: str = ""
    launch: Path | None = None


def start_in_root(
    root: Path,
    program: Path,
    arguments: Sequence[str] = (),
    *,
    seconds: float = SECONDS,
    memory: int = MEMORY,
) -> Observation:
    """One start in the root file system under `root`; see `BubblewrapRunner` and `Runner.start`."""
    return BubblewrapRunner(root, str(root)).start(
        program, arguments, seconds=seconds, memory=memory
    )


@contextmanager
def _held_back(
    command: list[str], output: IO[bytes], helper: IO[bytes]
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """bwrap and the PID of the process that will be the program; it goes on after the block."""
    info, told = os.pipe()
    gate, opened = os.pipe()
    command[1:1] = ["--info-fd", str(told), "--block-fd", str(gate)]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={},
            pass_fds=(told, gate, helper.fileno()),
            start_new_session=True,
        )
        child = None
        try:
            os.close(told)
            told = -1
            child = _child_of(info)
            if child is None:
                process.wait(GRACE)
                output.seek(0)
                raise _no_sandbox(output.read(MAX_OUTPUT).decode("utf-8", "replace"))
            yield process, child
        except BaseException:
            _kill(process, child)
            raise
    finally:
        for descriptor in (info, told, gate, opened):
            if descriptor >= 0:
                os.close(descriptor)


def _child_of(info: int) -> int | None:
    """What bwrap writes to --info-fd once it has forked; None where it gave up before."""
    text = b""
    while b"}" not in text:
        more = os.read(info, 4096)
        if not more:
            return None
        text += more
    return int(json.loads(text)["child-pid"])


def _limit(child: int, memory: int, seconds: float) -> None:
    cpu = 2 * int(seconds + GRACE) + 2
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_FSIZE, _FILE_SIZE),
        (resource.RLIMIT_CPU, cpu),
    ):
        resource.prlimit(child, what, (most, most))


def _end_of(process: subprocess.Popen[bytes], child: int, how: _How) -> int | None:
    """The exit code; None where it still ran after that time, and was then ended."""
    try:
        return process.wait(timeout=how.seconds)
    except subprocess.TimeoutExpired:
        for pid in _children(child) if how.emulator else [child]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
        return None
    finally:
        _kill(process, child)


def _children(process: int) -> list[int]:
    try:
        return [
            int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()
        ]
    except OSError:  # it ended, or the kernel does not tell (CONFIG_PROC_CHILDREN)
        return []


def _kill(process: subprocess.Popen[bytes], child: int | None = None) -> None:
    """End bwrap and the program: on a busy machine --die-with-parent may come too late."""
    if process.poll() is None:  # else bwrap has reaped the child, and its PID may be another's
        for pid in (child, process.pid):
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        process.wait()


def _no_sandbox(said: str) -> MissingToolError:
    return MissingToolError(
        f"bubblewrap can't make a sandbox here: {' '.join(said.split())[:300]}",
        next_step="allow unprivileged user namespaces, or run as root",
    )
