"""The machine that the testbed runs on: its commands, its privileges, its Debian mirror.

Each helper either does its job or raises `TestbedError` with the next step for the reader, so
that a missing tool is never a traceback from deep inside a recipe.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

# Commands that recipes call, by the Debian package that brings each.
PACKAGES = {
    "bwrap": "bubblewrap",
    "chromedriver": "chromium-driver",
    "chromium": "chromium",
    "debootstrap": "debootstrap",
    "debugfs": "e2fsprogs",
    "docker": "docker.io",
    "dockerd": "docker.io",
    "dpkg-deb": "dpkg",
    "dpkg-source": "dpkg-dev",
    "gcc": "gcc libc6-dev",
    "musl-gcc": "musl-tools",
    "openssl": "openssl",
    "qemu-img": "qemu-utils",
    "skopeo": "skopeo",
}

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SBIN = "/usr/local/sbin:/usr/sbin:/sbin"


class TestbedError(Exception):
    """Something that the reader must mend: the message says what and how."""

    __test__ = False  # its name makes pytest take it for a test class


def say(message: str) -> None:
    """Report progress on standard output at once, also into a pipe."""
    print(f"testbed: {message}", flush=True)


def is_root() -> bool:
    """Tell whether packages may be installed and owners set."""
    return os.geteuid() == 0


def run(argv: Sequence[str], *, env: Mapping[str, str] | None = None, text: str = "") -> str:
    """Run a command to its end and return what it printed; its last lines explain a failure."""
    done = subprocess.run(
        argv,
        env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})},
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise TestbedError(f"{' '.join(argv)[:200]}: exit code {done.returncode}\n{tail}")
    return done.stdout


def which(command: str) -> str | None:
    """Find a command, also where system administration's are kept."""
    return shutil.which(command, path=os.environ.get("PATH", os.defpath) + ":" + SBIN)


def need(command: str) -> str:
    """Return the path of a command, installing its packages where that is possible."""
    found = which(command)
    if found is None:
        install(*PACKAGES[command].split())
        found = which(command)
    if found is None:
        raise TestbedError(f"{command} is missing, though {PACKAGES[command]} is installed")
    return found


def need_keyring() -> Path:
    """Return Debian's archive keys, without which no suite can be trusted."""
    if not KEYRING.exists():
        install("debian-archive-keyring")
    return KEYRING


def install(*packages: str) -> None:
    """Install Debian packages on this machine, or say which ones a person must install."""
    wanted = " ".join(packages)
    if not is_root() or shutil.which("apt-get") is None:
        raise TestbedError(f"needs the Debian package {wanted}: apt-get install {wanted}")
    say(f"installing {wanted}")
    refresh_apt()
    quiet = ["-o", "Dpkg::Use-Pty=0", "-o", "Dpkg::Options::=--force-confold"]
    run(
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *quiet, *packages],
        env={"DEBIAN_FRONTEND": "noninteractive"},
    )


@functools.cache
def refresh_apt() -> None:
    """Read the package lists of this machine, once a process: an old list names gone files."""
    run(["apt-get", "update", "-q"])


@functools.cache
def debian_mirror() -> str:
    """Return the Debian archive that this machine itself uses.

    LINKCHECK_DEBIAN_MIRROR overrides it, for machines that are not Debian.
    """
    named = os.environ.get("LINKCHECK_DEBIAN_MIRROR")
    if named:
        return named
    for attempt in range(2):
        if shutil.which("apt-get") is None:
            break
        if attempt and is_root():
            refresh_apt()
        listed = run(["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)"])
        for line in listed.splitlines():
            label, _, address = line.partition(" ")
            if label == "Debian":
                return address
    raise TestbedError("no Debian archive is configured: set LINKCHECK_DEBIAN_MIRROR to one")
