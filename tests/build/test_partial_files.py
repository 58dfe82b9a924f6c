"""Files that are written whole or not at all, even where the writer is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from linkcheck.build.builder import BuiltBinary
from linkcheck.build.reuse import Store
from linkcheck.engine.folders import deliver, whole

PROJECT = Path(__file__).parents[2]
KILLED = (
    "import os, sys; from pathlib import Path; from linkcheck.engine.folders import whole\n"
    "with whole(Path(sys.argv[1])) as f: f.write_bytes(b'half'); os.kill(os.getpid(), 9)"
)


def _killed_while_writing(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-c", KILLED, target], cwd=PROJECT, check=False)
    assert len(list(target.parent.iterdir())) == 1


def test_what_a_killed_run_half_delivered_goes_with_the_next_delivery(tmp_path: Path) -> None:
    target = tmp_path / "out" / "app"
    _killed_while_writing(target)
    (tmp_path / "built").write_bytes(b"program")
    deliver(tmp_path / "built", target)
    assert list(target.parent.iterdir()) == [target]


def test_what_a_killed_run_half_stored_goes_with_the_next_entry(tmp_path: Path) -> None:
    cells = tmp_path / "linkcheck" / "cells"
    _killed_while_writing(cells / "key.bin")
    (tmp_path / "built").write_bytes(b"program")
    store = Store({"XDG_CACHE_HOME": str(tmp_path)})
    store.keep("other", BuiltBinary(tmp_path / "built"), 1.0)
    assert sorted(path.name for path in cells.iterdir()) == ["other.bin", "other.json"]


def test_a_file_that_another_run_is_writing_is_left_alone(tmp_path: Path) -> None:
    with whole(tmp_path / "app") as mine, whole(tmp_path / "app") as other:
        mine.write_bytes(b"mine")
        other.write_bytes(b"other")
        assert mine != other
    assert [path.name for path in tmp_path.iterdir()] == ["app"]


def test_an_error_while_writing_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    (tmp_path / "app").write_bytes(b"before")
    with pytest.raises(RuntimeError), whole(tmp_path / "app") as beside:
        beside.write_bytes(b"half")
        raise RuntimeError
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]
