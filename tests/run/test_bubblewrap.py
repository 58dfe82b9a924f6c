"""Starts in real roots under bubblewrap: what is seen, what is allowed, and what is left."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.errors import BadRootError, MissingToolError, UnreadableFileError
from linkcheck.run.bubblewrap import BubblewrapRunner, start_in_root

pytestmark = [pytest.mark.go, pytest.mark.usefixtures("bwrap")]
Root = Callable[[str], Path]
Build = Callable[..., Path]
PROJECT = Path(__file__).parents[2]


@pytest.fixture
def scratch(bwrap: None) -> BubblewrapRunner:
    return BubblewrapRunner(None, "scratch")


def test_a_program_is_pid_1_and_can_reach_nothing(
    scratch: BubblewrapRunner, probe: Path, readable: Callable[[str], dict[str, str]]
) -> None:
    seen = scratch.start(probe, ["one", "two words"])
    assert (seen.outcome, seen.exit_code) == ("started", 0)
    assert readable(seen.output) == {
        "pid": "1",
        "write /": "no",
        "write /tmp": "no",
        "has /tmp": "no",
        "chown": "no",
        "networks": "0",
        "CapEff:": "0000000000000000",
        "NoNewPrivs:": "1",
        "arguments": "/app one two words",
    }


@pytest.mark.testbed
@pytest.mark.parametrize("name", ["alpine-3.23", "debian-12", "distroless-static-debian12"])
def test_a_root_with_a_tmp_gives_a_fresh_one_and_stays_as_it_was(
    root: Root, name: str, probe: Path, readable: Callable[[str], dict[str, str]]
) -> None:
    before = sorted((root(name) / "tmp").iterdir())
    seen = readable(start_in_root(root(name), probe).output)
    assert (seen["has /tmp"], seen["write /tmp"], seen["write /"]) == ("yes", "yes", "no")
    assert sorted((root(name) / "tmp").iterdir()) == before
    assert not (root(name) / "app").exists()


@pytest.mark.testbed
def test_a_program_that_dies_in_silence_after_its_loader_is_done_has_started(
    root: Root, tmp_path: Path
) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("no gcc on this machine")
    program = tmp_path / "dies"
    source = "int main(void) { *(volatile int *)0 = 1; return 0; }"
    for flags, outcome in (((), "started"), (("-static",), "crashed")):
        command = ["gcc", "-x", "c", "-", "-o", str(program), *flags]
        subprocess.run(command, input=source, text=True, check=True)
        seen = start_in_root(root("debian-13"), program)
        assert (seen.outcome, seen.output) == (outcome, "")


@pytest.mark.testbed
def test_a_dynamic_program_starts_where_its_loader_is_and_is_refused_elsewhere(
    root: Root, build_fixture: Build, scratch: BubblewrapRunner
) -> None:
    program = build_fixture("dnslookup", CGO_ENABLED="1")
    assert start_in_root(root("debian-sid"), program).started
    for seen in (
        start_in_root(root("alpine-3.23"), program),
        start_in_root(root("distroless-static-debian12"), program),
        scratch.start(program),
    ):
        assert seen.outcome == "refused"
        assert seen.refusal == seen.output == "exec /app: no such file or directory"
        assert seen.exit_code == 127


def test_another_machine_is_refused_by_the_kernel_and_handed_to_no_shell(
    scratch: BubblewrapRunner, build_fixture: Build
) -> None:
    other = "arm64" if os.uname().machine == "x86_64" else "amd64"
    seen = scratch.start(build_fixture("hello", GOARCH=other))
    assert (seen.refusal, seen.exit_code) == ("exec /app: exec format error", 126)


def test_a_file_that_may_not_be_executed_is_refused(
    scratch: BubblewrapRunner, build_fixture: Build, tmp_path: Path
) -> None:
    program = tmp_path / "app"
    program.write_bytes(build_fixture("hello").read_bytes())
    program.chmod(0o644)
    assert scratch.start(program).refusal == "exec /app: permission denied"


def test_a_program_of_another_system_crashes(
    scratch: BubblewrapRunner, build_fixture: Build
) -> None:
    seen = scratch.start(build_fixture("hello", GOOS="freebsd"))
    assert (seen.outcome, seen.started) == ("crashed", False)


def test_a_service_counts_as_started_and_is_asked_to_end(
    scratch: BubblewrapRunner, probe: Path
) -> None:
    begun = time.monotonic()
    seen = scratch.start(probe, ["stay"], seconds=1)
    assert (seen.outcome, seen.exit_code) == ("started", None)
    assert seen.output == "staying\nasked to go\n"
    assert time.monotonic() - begun < 2.5


def test_a_service_that_does_not_listen_is_killed_after_the_grace(
    scratch: BubblewrapRunner, probe: Path
) -> None:
    seen = scratch.start(probe, ["stay", "deaf"], seconds=0.5)
    assert (seen.outcome, seen.exit_code, seen.output) == ("started", None, "staying\n")
    assert _wait(lambda: not _processes(probe))  # the kernel takes its time on a busy machine


def test_of_much_output_the_end_is_kept(scratch: BubblewrapRunner, probe: Path) -> None:
    seen = scratch.start(probe, ["flood"])
    assert seen.exit_code == 0
    assert seen.output.endswith("x\nthe end\n")
    assert len(seen.output) <= 4000


def test_nothing_is_left_in_the_folder_for_temporary_files(
    scratch: BubblewrapRunner, probe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    scratch.start(probe)
    assert list(tmp_path.iterdir()) == []


CLIENT = """
import sys
from pathlib import Path
from linkcheck.run.bubblewrap import BubblewrapRunner
BubblewrapRunner(None, "scratch").start(Path(sys.argv[1]), ["stay", "deaf"], seconds=60)
"""


def test_a_killed_client_leaves_neither_process_nor_file(probe: Path, tmp_path: Path) -> None:
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, probe],
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert _wait(lambda: any(line.startswith("/app") for line in _processes(probe)))
    client.kill()
    client.wait()
    assert _wait(lambda: not _processes(probe))
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_file_or_no_root_is_told(
    scratch: BubblewrapRunner, probe: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFileError, match="No such file"):
        scratch.start(tmp_path / "none")
    with pytest.raises(BadRootError, match="not a folder"):
        start_in_root(tmp_path / "none", probe)


def test_without_bubblewrap_that_is_said_with_the_next_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/no/such")
    with pytest.raises(MissingToolError, match=r"bubblewrap is not installed.*apt-get install"):
        BubblewrapRunner(None, "scratch")


@pytest.mark.parametrize("words", ["bwrap: No permissions to create new namespace", ""])
def test_a_sandbox_that_can_not_be_made_is_no_start(
    words: str, probe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text(f"#!/bin/sh\necho '{words}' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(MissingToolError, match=f"can't make a sandbox here: {words}"):
        BubblewrapRunner(None, "scratch").start(probe)


def _processes(program: Path) -> list[str]:
    """The command lines that name the program and are no tests."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if "deaf" in line and ("bwrap" in line or line.startswith("/app")):
            found.append(line)
    return found


def _wait(until: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until():
            return True
        time.sleep(0.05)
    return False
