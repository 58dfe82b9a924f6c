"""Docker Engine: one that answers, installed and started here where there is none.

The engine is started the way it needs to be on a bare machine with no init system: as a process
of its own session, which outlives this command, with its log in the cache. A machine without the
kernel's packet filter cannot give containers a network; the engine then starts without one,
which is enough to build from local images and to start programs.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from . import cache
from .host import SBIN, TestbedError, install, is_root, need, run, say, which

SECONDS = 60

# Tried in order; each gives up something that a machine may lack.
_FLAGS: tuple[tuple[str, ...], ...] = (
    (),
    ("--iptables=false", "--ip6tables=false"),
    ("--iptables=false", "--ip6tables=false", "--bridge=none"),
    ("--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs"),
)


def version() -> str | None:
    """Return the version of the engine that answers, or None."""
    client = which("docker")
    if client is None:
        return None
    asked = [client, "version", "--format", "{{.Server.Version}}"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def start() -> None:
    """Make sure that an engine answers."""
    with cache.locked("engine"):
        answering = version()
        if answering:
            say(f"docker: version {answering} answers")
            return
        if os.environ.get("DOCKER_HOST"):
            raise TestbedError("no engine answers at DOCKER_HOST: unset it, or start that engine")
        if not is_root():
            raise TestbedError("no Docker Engine answers: start one, or run the testbed as root")
        daemon = need("dockerd")
        if which("docker") is None:
            install("docker-cli")  # a package of its own from Debian 13 on
        _mount_cgroups()
        for flags in _FLAGS:
            if _try(daemon, flags):
                return
    raise TestbedError(f"dockerd does not start: see {_log()}")


def _mount_cgroups() -> None:
    """Mount control groups, which an init system would have done and the engine insists on."""
    mounts = Path("/proc/mounts").read_text().splitlines()
    if not any(line.split()[2].startswith("cgroup") for line in mounts):
        say("docker: mounting control groups")
        run(["mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"])


def _try(daemon: str, flags: tuple[str, ...]) -> bool:
    """Start the daemon with these flags and wait until it answers or gives up."""
    began = time.monotonic()
    _log().parent.mkdir(parents=True, exist_ok=True)
    with _log().open("ab") as log:
        log.write(f"=== dockerd {' '.join(flags)}\n".encode())
        log.flush()
        process = subprocess.Popen(
            [daemon, *flags],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "PATH": f"{os.environ.get('PATH', os.defpath)}:{SBIN}"},
            start_new_session=True,
            cwd="/",
        )
    while process.poll() is None and time.monotonic() - began < SECONDS:
        answering = version()
        if answering:
            waited = time.monotonic() - began
            chosen = " ".join(("with", *flags)) if flags else "as it comes"
            say(f"docker: version {answering} answers after {waited:.1f} s, started {chosen}")
            return True
        time.sleep(0.2)
    if process.poll() is None:
        process.terminate()
        process.wait(timeout=SECONDS)
    say(f"docker: dockerd {' '.join(flags)} gave up")
    return False


def _log() -> Path:
    return cache.root() / "logs/dockerd.log"
