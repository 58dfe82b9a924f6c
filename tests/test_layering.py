"""Imports point down only."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent


def test_the_layers_of_the_architecture_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    if not program.exists() and shutil.which("lint-imports") is None:
        pytest.skip("import-linter is not installed: pip install 'linkcheck[dev]'")
    done = subprocess.run(
        [program if program.exists() else "lint-imports", "--no-cache"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_only_the_command_line_prints_or_exits() -> None:
    """Everything else hands its results up; `T20` of ruff forbids print everywhere.

    `__main__` answers Ctrl-C while the command line itself still loads.
    """
    offenders = [
        f"{path.relative_to(PROJECT)}: {word}"
        for path in (PROJECT / "linkcheck").rglob("*.py")
        if path.parent.name != "cli" and path.name != "__main__.py"
        for word in ("sys.exit(", "sys.stdout", "sys.stderr", "print(")
        if word in path.read_text(encoding="utf-8")
    ]
    assert offenders == []


def test_files_stay_small_enough_to_be_read_in_one_go() -> None:
    long = {
        str(path.relative_to(PROJECT)): lines
        for path in (PROJECT / "linkcheck").rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}
