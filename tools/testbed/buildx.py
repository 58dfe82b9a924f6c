"""docker's buildx plugin, which BuildKit's own Dockerfile features and `bake` need.

Debian packages it from 13 on only; the plugin of that release also works with the engine of 12.
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


def version() -> str | None:
    """Return what `docker buildx version` says, or None where there is no such plugin."""
    client = which("docker")
    if client is None:
        return None
    asked = [client, "buildx", "version"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def make() -> None:
    """Make sure that `docker buildx` is there."""
    need("docker")
    if version() is None:
        if not is_root():
            raise TestbedError("docker has no buildx plugin: install one, or run this as root")
        _unpack()
    say(f"buildx: {version()}")


def _unpack() -> None:
    with tempfile.TemporaryDirectory() as folder:
        package = apt.Suite(_SUITE).download(["docker-buildx"], Path(folder))["docker-buildx"]
        apt.unpack(package, Path(folder, "files"))
        plugin = Path(folder, "files/usr/libexec/docker/cli-plugins/docker-buildx")
        run([str(plugin), "buildx", "version"])  # a newer libc than this machine's, say
        PLUGINS.mkdir(parents=True, exist_ok=True)
        shutil.copy(plugin, PLUGINS)
