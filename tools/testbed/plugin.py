"""Plugins of the docker client, unpacked from Debian where there are none.

Debian packages them from 13 on only; those of that release also work with the engine of 12.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from . import apt
from .host import TestbedError, is_root, need, run, say, which

# where docker looks for plugins of the whole machine (cli-plugins/manager, manager_unix.go)
PLUGINS = Path("/usr/local/lib/docker/cli-plugins")
_SUITE = "trixie"


def version(name: str) -> str | None:
    """Return what `docker NAME version` says, or None where there is no such plugin."""
    client = which("docker")
    if client is None:
        return None
    asked = [client, name, "version"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def make(name: str) -> None:
    """Make sure that `docker NAME` is there: the package `docker-NAME` has it."""
    need("docker")
    if version(name) is None:
        if not is_root():
            raise TestbedError(f"docker has no {name} plugin: install one, or run this as root")
        _unpack(f"docker-{name}")
    say(f"{name}: {version(name)}")


def _unpack(package: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = apt.Suite(_SUITE).download([package], Path(folder))[package]
        apt.unpack(file, Path(folder, "files"))
        plugin = Path(folder, "files/usr/libexec/docker/cli-plugins", package)
        run([str(plugin), "version"])  # a newer libc than this machine's, say
        PLUGINS.mkdir(parents=True, exist_ok=True)
        shutil.copy(plugin, PLUGINS)
