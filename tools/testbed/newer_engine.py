"""A second Docker Engine, Debian 13's, beside an older one of the machine.

The BuildKit in Debian 12's engine reads no heredocs and no `COPY --link`. The engine of Debian 13
runs on 12 too, with containerd and runc of the machine. It has folders, a socket and images of its
own, no network, and outlives this command as the other one does.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from . import apt, cache, engine
from .host import SBIN, TestbedError, is_root, run, say

READS_HEREDOCS = 23  # the first engine whose BuildKit does
SECONDS = 60
_SUITE = "trixie"
_FLAGS = ("--iptables=false", "--ip6tables=false", "--bridge=none")
# `--bridge=none` takes docker0 away from an engine that has it, so this one is alone in its network
_ALONE = ("unshare", "--net")
_DRIVERS: tuple[tuple[str, ...], ...] = ((), ("--storage-driver=vfs",))


def needed() -> bool:
    """Tell whether the engine of the machine is too old for what this one is for."""
    answering = engine.version()
    return answering is None or int(answering.partition(".")[0]) < READS_HEREDOCS


def address() -> str:
    """Return where it listens, for DOCKER_HOST."""
    return f"unix://{_folder() / 'docker.sock'}"


def version() -> str | None:
    """Return its version, or None where it does not answer."""
    asked = ["docker", "--host", address(), "version", "--format", "{{.Server.Version}}"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def start() -> None:
    """Make sure that it answers, where it is needed."""
    if not needed():
        say(f"newer-engine: that of the machine does, version {engine.version()}")
        return
    with cache.locked("newer-engine"):
        if version() is None:
            if not is_root():
                raise TestbedError("a second Docker Engine is missing: run the testbed as root")
            daemon = cache.ensure(f"engines/{_SUITE}", "1 docker.io", _unpack)
            daemon /= "usr/sbin/dockerd"
            run([str(daemon), "--version"])  # a newer libc than this machine's, say
            if not any(_try(daemon, flags) for flags in _DRIVERS):
                raise TestbedError(f"the second dockerd does not start: see {_log()}")
    say(f"newer-engine: version {version()} answers at {address()}")


def _unpack(folder: Path) -> None:
    with cache.scratch_folder() as downloads:
        package = apt.Suite(_SUITE).download(["docker.io"], downloads)["docker.io"]
        apt.unpack(package, folder)


def _try(daemon: Path, flags: tuple[str, ...]) -> bool:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    _log().parent.mkdir(parents=True, exist_ok=True)
    (folder / "pid").unlink(missing_ok=True)  # of a machine that went down with it
    places = [f"--data-root={folder / 'data'}", f"--exec-root={folder / 'exec'}"]
    places += [f"--pidfile={folder / 'pid'}", f"--host={address()}"]
    path = f"{daemon.parent}:{os.environ.get('PATH', os.defpath)}:{SBIN}"
    with _log().open("ab") as log:
        process = subprocess.Popen(
            [*_ALONE, daemon, *places, *_FLAGS, *flags],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "PATH": path},
            start_new_session=True,
            cwd="/",
        )
    began = time.monotonic()
    while process.poll() is None and time.monotonic() - began < SECONDS:
        if version() is not None:
            return True
        time.sleep(0.2)
    if process.poll() is None:
        process.terminate()
        process.wait(timeout=SECONDS)
    return False


def _folder() -> Path:
    return cache.root() / "newer-engine"


def _log() -> Path:
    return cache.root() / "logs/newer-dockerd.log"
