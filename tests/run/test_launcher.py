"""The launcher is a real program: it is started, and does one execve."""

from __future__ import annotations

import errno
import platform
import subprocess
from pathlib import Path

import pytest

from linkcheck.binary import read_facts
from linkcheck.run.launcher import MARK, launcher


@pytest.fixture
def helper(tmp_path: Path) -> Path:
    code = launcher()
    if code is None:
        pytest.skip(f"there is no launcher for {platform.machine()}")
    path = tmp_path / "launcher"
    path.write_bytes(code)
    path.chmod(0o755)
    return path


def start(helper: Path, *argv: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [helper, *argv], env={"LEFT": "alone"}, capture_output=True, timeout=30, check=False
    )


def test_it_becomes_the_program_with_its_arguments_and_environment(helper: Path) -> None:
    done = start(helper, "/bin/sh", "-c", 'echo "$LEFT $1"; exit 7', "sh", "an argument")
    assert (done.returncode, done.stdout, done.stderr) == (7, b"alone an argument\n", b"")


@pytest.mark.parametrize(
    ("content", "mode", "number"),
    [
        (None, 0, errno.ENOENT),
        (b"no program at all", 0o755, errno.ENOEXEC),
        (b"#!/no/such/interpreter\n", 0o755, errno.ENOENT),
        (b"#!/bin/sh\n", 0o644, errno.EACCES),
    ],
)
def test_it_tells_the_errno_where_the_kernel_refuses_and_asks_no_shell(
    helper: Path, tmp_path: Path, content: bytes | None, mode: int, number: int
) -> None:
    program = tmp_path / "program"
    if content is not None:
        program.write_bytes(content)
        program.chmod(mode)
    done = start(helper, program)
    assert (done.returncode, done.stderr, done.stdout) == (number, MARK, b"")


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_for_each_machine_it_is_a_static_program_of_that_machine(
    machine: str, tmp_path: Path
) -> None:
    code = launcher(machine)
    assert code is not None
    assert len(code) < 512
    (tmp_path / "launcher").write_bytes(code)
    facts = read_facts(tmp_path / "launcher")
    assert facts.elf is not None
    assert (facts.elf.machine_name, facts.elf.linkage) == (machine, "static")


def test_for_an_unknown_machine_there_is_none() -> None:
    assert launcher("vax") is None
