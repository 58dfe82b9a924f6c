"""What a run of ours has left behind, in the engine and in folders."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

KIND = "org.linkcheck"
OWNER = "org.linkcheck.owner"
_ANONYMOUS = re.compile(r"[0-9a-f]{64}")
CACHES = frozenset({"linkcheck-go-build", "linkcheck-go-mod", "linkcheck-zig"})


def docker(*arguments: str) -> list[str]:
    """The lines that a docker command prints; none where the engine does not answer."""
    done = subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout.splitlines()


def containers_of(pid: int, *, running: bool = False, kind: str | None = None) -> list[str]:
    """The containers that the linkcheck process `pid` made, of all kinds or of one ("build")."""
    every = () if running else ("--all",)
    label = f"{KIND}={kind}" if kind else OWNER
    form = f'{{{{.ID}}}} {{{{.Label "{OWNER}"}}}}'
    lines = docker("ps", *every, "--filter", f"label={label}", "--format", form)
    return [line.split()[0] for line in lines if _is_owned(line, pid)]


def images_of(pid: int) -> list[str]:
    """The images that the linkcheck process `pid` made, to start a program in."""
    found = docker("image", "ls", "--quiet", "--no-trunc", "--filter", f"label={OWNER}")
    form = f'{{{{.Id}}}} {{{{index .Config.Labels "{OWNER}"}}}}'
    lines = docker("image", "inspect", "--format", form, *found) if found else []
    return [line.split()[0] for line in lines if _is_owned(line, pid)]


def volumes() -> frozenset[str]:
    """All named volumes but the caches, and what Compose makes, as tests beside this one have it.

    A hash for a name is one that an image asks for.
    """
    listed = docker("volume", "ls", "--format", "{{.Name}} {{.Labels}}")
    names = {line.split()[0] for line in listed if "com.docker.compose." not in line}
    return frozenset(name for name in names if not _ANONYMOUS.fullmatch(name)) - CACHES


def files_below(folder: Path) -> list[str]:
    """Unfinished or forgotten things below a folder, relative to it."""
    hidden = [path for path in folder.rglob(".*") if path.is_file()]
    return sorted(path.relative_to(folder).as_posix() for path in hidden)


def until_empty(look: Callable[[], Iterable[str]], seconds: float) -> list[str]:
    """What is still there after that time; the engine ends things in its own time."""
    end = time.monotonic() + seconds
    while found := list(look()):
        if time.monotonic() > end:
            return found
        time.sleep(0.2)
    return []


def _is_owned(line: str, pid: int) -> bool:
    return f":{pid}:" in line
