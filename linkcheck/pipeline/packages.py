"""Which command installs a tool on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Final

# package manager -> its command, and its packages by tool. Debian's were installed for the tests
# (docker-buildx is there from Debian 13 on); those of Fedora and Alpine were not tried.
_MANAGERS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "apt-get": (
        "apt-get install",
        {
            "docker": "docker.io",
            "buildx": "docker-buildx",
            "gcc": "gcc libc6-dev",
            "musl-gcc": "musl-tools",
            "bubblewrap": "bubblewrap",
        },
    ),
    "dnf": (
        "dnf install",
        {
            "docker": "moby-engine",
            "buildx": "docker-buildx",
            "gcc": "gcc glibc-devel",
            "musl-gcc": "musl-gcc",
            "bubblewrap": "bubblewrap",
        },
    ),
    "apk": (
        "apk add",
        {
            "docker": "docker",
            "buildx": "docker-cli-buildx",
            "gcc": "gcc musl-dev",
            "musl-gcc": "gcc musl-dev",
            "bubblewrap": "bubblewrap",
        },
    ),
}


def install_command(tool: str, environ: Mapping[str, str]) -> str:
    """`apt-get install gcc libc6-dev`, or in words where no package manager here has it."""
    for manager, (command, packages) in _MANAGERS.items():
        if tool in packages and shutil.which(manager, path=environ.get("PATH")):
            return f"{command} {packages[tool]}"
    return f"install {tool}"
