"""What ends when it should, and what a killed run leaves behind for the next one to remove."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import pytest

from linkcheck.build.process import Processes
from linkcheck.engine.archive import pack
from linkcheck.engine.folders import cache_home, deliver, scratch
from linkcheck.engine.owner import current_owner, is_dead
from linkcheck.errors import MissingToolError

SLEEPERS = (
    "import subprocess; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()"
)


def _gone(pid: int) -> bool:
    for _ in range(50):
        stat = Path(f"/proc/{pid}/stat")
        try:
            if stat.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.1)
    return False


def test_a_command_that_takes_too_long_ends_together_with_its_children() -> None:
    started = time.monotonic()
    end = Processes().run([sys.executable, "-c", SLEEPERS], cwd=Path("/"), env={}, timeout=1)
    assert end.ending == "timed out"
    assert time.monotonic() - started < 10
    assert _gone(int(end.output))


def test_a_cancel_from_another_thread_ends_what_runs_and_starts_no_more() -> None:
    processes = Processes()
    threading.Timer(0.5, processes.cancel).start()
    end = processes.run(["sleep", "60"], cwd=Path("/"), env=dict(os.environ), timeout=50)
    assert end.ending == "cancelled"
    again = processes.run(["sleep", "60"], cwd=Path("/"), env=dict(os.environ), timeout=50)
    assert again.ending == "cancelled"


def test_what_a_command_printed_comes_back_with_its_exit_code() -> None:
    code = "import sys; print('out'); sys.stdout.flush(); sys.stderr.write('err'); sys.exit(3)"
    end = Processes().run([sys.executable, "-c", code], cwd=Path("/"), env={}, timeout=50)
    assert (end.ending, end.exit_code, end.output) == ("exited", 3, "out\nerr")


def test_a_living_owner_is_told_from_a_dead_one() -> None:
    assert not is_dead(current_owner())
    child = subprocess.Popen(["true"])
    child.wait()
    host, _, _ = current_owner().split(":")
    assert is_dead(f"{host}:{child.pid}:1")


def test_a_process_that_got_a_dead_ones_number_is_not_its_owner() -> None:
    host, pid, started = current_owner().split(":")
    assert is_dead(f"{host}:{pid}:{int(started) + 1}")


@pytest.mark.parametrize("owner", ["", "other+1:1:1", "x", "x:y:z", "a:1", ":::"])
def test_an_owner_that_cannot_be_asked_about_counts_as_living(owner: str) -> None:
    assert not is_dead(owner)


def test_scratch_folders_go_with_the_block_and_after_a_kill_with_the_next_run(
    tmp_path: Path,
) -> None:
    code = (
        "import os, sys; from pathlib import Path; from linkcheck.engine.folders import scratch\n"
        "with scratch(Path(sys.argv[1])) as f: (f / 'x').write_text('x'); os.kill(os.getpid(), 9)"
    )
    project = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code, tmp_path], cwd=project, check=False)
    assert len(list((tmp_path / "scratch").iterdir())) == 1
    with scratch(tmp_path) as mine, scratch(tmp_path) as other:
        assert {path.name for path in (tmp_path / "scratch").iterdir()} == {mine.name, other.name}
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_program_is_delivered_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out" / "app"
    with pytest.raises(FileNotFoundError):
        deliver(tmp_path / "nope", target)
    assert list(target.parent.iterdir()) == []
    (tmp_path / "built").write_bytes(b"program")
    deliver(tmp_path / "built", target)
    assert target.read_bytes() == b"program"
    assert target.stat().st_mode & 0o777 == 0o755
    assert target.stat().st_uid == os.getuid()
    assert list(target.parent.iterdir()) == [target]


def test_a_cache_folder_that_cannot_be_made_is_plainly_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MissingToolError, match=r"no cache folder.*XDG_CACHE_HOME"):
        cache_home({"XDG_CACHE_HOME": str(tmp_path / "file" / "x")})
    assert cache_home({"HOME": str(tmp_path)}).is_dir()


def test_an_archive_of_a_tree_leaves_out_output_version_control_and_sockets(
    tmp_path: Path,
) -> None:
    for name in ("main.go", ".git/config", "out/app", "sub/out/keep.go"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("main.go")
    with (
        pack(tmp_path, "/src", without=tmp_path / "out") as stream,
        tarfile.open(fileobj=stream) as archive,
    ):
        members = archive.getmembers()
    assert {m.name for m in members if not m.isdir()} == {
        "src/main.go",
        "src/link",
        "src/sub/out/keep.go",
    }
    assert {(m.uid, m.gid) for m in members} == {(0, 0)}
