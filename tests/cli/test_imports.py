"""`analyze` answers in a tenth of a second because of what it does not load."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import PROJECT

SLOW = {
    "asyncio", "click", "docker", "email", "email.message", "hypothesis", "importlib.metadata",
    "jsonschema", "multiprocessing", "pydantic", "requests", "rich", "socket",
    "ssl", "urllib3", "zipfile",
    "linkcheck.build", "linkcheck.pipeline.matrix", "linkcheck.binary.macho", "linkcheck.binary.pe",
}  # fmt: skip
RUN = """
import sys
from linkcheck.cli.app import main
try:
    main(sys.argv[1:])
finally:
    print("loaded:", *sorted(sys.modules), file=sys.stderr)
"""


def loaded_by(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.rsplit("loaded:", 1)[1].split())


@pytest.mark.parametrize(
    ("format_", "needed", "spared"),
    [
        ("table", "tabulate", "linkcheck.report.json"),
        ("json", "linkcheck.report.json", "tabulate"),
    ],
)
def test_analyze_loads_nothing_that_it_does_not_use(format_: str, needed: str, spared: str) -> None:
    program = str(Path(sys.executable).resolve())
    loaded = loaded_by("analyze", program, "--base", "scratch", "--format", format_)
    # typer before 0.20 stands on click, later ones bring their own
    assert loaded & (SLOW - {"click"} | {spared}) == set()
    assert {needed, "elftools.elf.elffile"} <= loaded


@pytest.mark.parametrize("command", ["schema", "version"])
def test_commands_that_judge_nothing_load_no_reader(command: str) -> None:
    loaded = loaded_by(command)
    assert not any(name.startswith(("elftools", "linkcheck.binary")) for name in loaded)


def test_help_of_all_commands_loads_none_of_them() -> None:
    loaded = loaded_by("--help")
    assert "linkcheck.cli.analyze" not in loaded
    assert "linkcheck.cli.matrix" not in loaded
