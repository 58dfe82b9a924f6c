"""What a program sees under bubblewrap: the files of one root, and nothing of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from linkcheck.run.observation import PROGRAM
from linkcheck.run.runner import Own

_MADE: Final = frozenset({"proc", "dev", "sys", "tmp"})  # made anew, or not there
_ENVIRONMENT: Final = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/",
    "LC_ALL": "C",
}


def sandbox(root: Path | None, program: Path, own: Own | None, *, as_pid_1: bool) -> list[str]:
    """bwrap's arguments: the root's entries one by one, as a read-only root has no mount points.

    `program` at /app, or `own` alone; as the sandbox's first process, or as a child of bwrap's.
    """
    arguments = ["--unshare-all", "--die-with-parent", "--new-session"]
    arguments += ["--as-pid-1"] if as_pid_1 else []
    arguments += ["--cap-drop", "ALL", "--clearenv"]
    for name, value in {**_ENVIRONMENT, **(own.environment if own else {})}.items():
        arguments += ["--setenv", name, value]
    covered = frozenset[str]() if own is not None else frozenset({PROGRAM.lstrip("/")})
    arguments += _entries(root, covered) if root is not None else []
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    if own is not None:
        return [*arguments, "--chdir", own.workdir]
    return [*arguments, "--ro-bind", str(program), PROGRAM, "--chdir", "/"]


def _entries(root: Path, covered: frozenset[str]) -> list[str]:
    arguments: list[str] = []
    for entry in sorted(root.iterdir()):
        inside = f"/{entry.name}"
        if entry.is_symlink() and entry.name not in covered:
            arguments += ["--symlink", str(entry.readlink()), inside]
        elif entry.name not in _MADE | covered and (entry.is_dir() or entry.is_file()):
            arguments += ["--ro-bind", str(entry), inside]
    tmp = root / "tmp"
    if tmp.is_dir() and not tmp.is_symlink():
        # a fresh /tmp as open as the root's own; where that has none, the program is to see none
        arguments += ["--perms", f"{tmp.stat().st_mode & 0o7777:o}", "--tmpfs", "/tmp"]
    return arguments
