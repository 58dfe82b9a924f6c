"""A start in a root file system under bubblewrap: no engine, no daemon, no privileges.

The program is PID 1 of its own namespaces: no network, a read-only root, no capabilities, no
new privileges, limits on time, memory, processes and file size. Nothing of the root is written.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from linkcheck.errors import BadRootError, MissingToolError
from linkcheck.run.launcher import MARK, launcher
from linkcheck.run.observation import Observation, judge_output

PROGRAM: Final = "/app"
_LAUNCHER: Final = "/.linkcheck-launcher"
_SKIPPED: Final = frozenset({"proc", "dev", "sys", "app", "tmp", "run"})
_ENVIRONMENT: Final = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/",
    "LC_ALL": "C",
}
_MAX_OUTPUT: Final = 64 << 10


def start_in_root(
    root: Path,
    program: Path,
    arguments: Sequence[str] = (),
    *,
    seconds: float = 5.0,
    memory: int = 4 << 30,
) -> Observation:
    """Start `program` as /app in the root file system under `root`.

    A program that still runs after `seconds` counts as started and is killed. `memory` bounds
    its data in bytes. Raises MissingToolError without bubblewrap, BadRootError without the root.
    """
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise MissingToolError(
            "bubblewrap is not installed", next_step="install it (apt-get install bubblewrap)"
        )
    if not root.is_dir():
        raise BadRootError(f"{root}: not a folder", next_step="name an unpacked root file system")
    with tempfile.TemporaryFile() as output, tempfile.TemporaryDirectory() as folder:
        command = [bwrap, *_sandbox(root, program)]
        if (helper := launcher()) is not None:
            command += [*_mounted_launcher(Path(folder), helper), "--", _LAUNCHER]
        else:
            command += ["--remount-ro", "/", "--"]
        command += [PROGRAM, *arguments]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={},
            close_fds=True,
            start_new_session=True,
            preexec_fn=lambda: _limit(memory, seconds),  # noqa: PLW1509 - no threads hold locks
        )
        exit_code: int | None
        try:
            exit_code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            exit_code = None
        finally:
            _kill(process)
        output.seek(0)
        text = output.read(_MAX_OUTPUT)
    return judge_output(PROGRAM, _spelled_out(text, exit_code), exit_code)


def _mounted_launcher(folder: Path, helper: bytes) -> list[str]:
    file = folder / "launcher"
    file.write_bytes(helper)
    file.chmod(0o755)
    return ["--ro-bind", str(file), _LAUNCHER, "--remount-ro", "/"]


def _spelled_out(output: bytes, exit_code: int | None) -> str:
    """The launcher's mark and exit code in the words of execvp(3)."""
    if exit_code and output.endswith(MARK):
        output = output.removesuffix(MARK)
        output += f"execvp {PROGRAM}: {os.strerror(exit_code)}\n".encode()
    return output.decode("utf-8", "backslashreplace")


def _sandbox(root: Path, program: Path) -> list[str]:
    """bwrap's arguments: the root's entries one by one, as a read-only root has no mount points."""
    arguments = ["--unshare-all", "--die-with-parent", "--new-session", "--as-pid-1"]
    arguments += ["--cap-drop", "ALL", "--clearenv"]
    for name, value in _ENVIRONMENT.items():
        arguments += ["--setenv", name, value]
    for entry in sorted(root.iterdir()):
        if entry.name in _SKIPPED:
            continue
        inside = f"/{entry.name}"
        if entry.is_symlink():
            arguments += ["--symlink", str(entry.readlink()), inside]
        elif entry.is_dir() or entry.is_file():
            arguments += ["--ro-bind", str(entry), inside]
    if (root / "tmp").is_dir():
        arguments += ["--perms", "1777", "--tmpfs", "/tmp"]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    arguments += ["--ro-bind", str(program), PROGRAM, "--chdir", "/"]
    return arguments


def _limit(memory: int, seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (16 << 20, 16 << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
