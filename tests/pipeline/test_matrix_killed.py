"""A matrix that is cut off leaves nothing over, and the next one is right.

`python -m tools.killed` does the same at more moments, with --verify and engine restarts.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from linkcheck.engine.engine import Image
from linkcheck.engine.folders import cache_home
from tools.killed.leftovers import until_empty
from tools.killed.moments import RECIPES, WAYS, Matrix, cut_off, delays

PROJECT = Path(__file__).parents[2]
LONGEST = 5.0  # seconds, in which a run on a fast machine has ended


@pytest.mark.docker
@pytest.mark.parametrize("way", WAYS)
def test_a_matrix_cut_off_leaves_nothing_over_and_the_next_is_right(
    way: str, golang: Image, tmp_path: Path
) -> None:
    matrix = Matrix(tmp_path)
    (delay,) = delays(WAYS.index(way), 1, LONGEST)
    matrix.edit(1000 + WAYS.index(way))
    _, wrong = cut_off(matrix, way, delay)
    assert wrong == []


@pytest.mark.docker
def test_a_matrix_that_is_left_alone_builds_programs_that_say_what_their_source_says(
    golang: Image, tmp_path: Path
) -> None:
    matrix = Matrix(tmp_path)
    matrix.edit(4711)
    ended = matrix.run()
    assert (ended.exit_code, ended.said) == (0, dict.fromkeys(RECIPES, "4711"))
    assert matrix.unfinished() == []


@pytest.mark.go
def test_a_killed_matrix_without_output_folder_leaves_no_programs_after_the_next_one(
    go_toolchain: Path, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "go.mod").write_text("module example.com/app\n\ngo 1.21\n")
    (source / "main.go").write_text("package main\n\nfunc main() {}\n")
    for name in ("tmp", "cache/linkcheck"):
        (tmp_path / name).mkdir(parents=True)
    compiled = cache_home(os.environ) / "go-build"
    compiled.mkdir(exist_ok=True)
    (tmp_path / "cache" / "linkcheck" / "go-build").symlink_to(compiled)
    env = {
        **os.environ,
        "PATH": f"{go_toolchain.parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "TMPDIR": str(tmp_path / "tmp"),
        "GOFLAGS": "",
    }
    scratch = tmp_path / "cache" / "linkcheck" / "scratch"
    matrix = [sys.executable, "-m", "linkcheck", "matrix", str(source), "--builder", "local"]
    matrix += ["--recipe", "cgo-off", "--base", "scratch"]

    first = subprocess.Popen(
        matrix, cwd=PROJECT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while first.poll() is None and not (scratch.is_dir() and any(scratch.iterdir())):
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert any(scratch.iterdir())

    again = subprocess.run(matrix, cwd=PROJECT, env=env, capture_output=True, check=False)
    assert again.returncode == 0, again.stderr
    assert list(scratch.iterdir()) == []
    # what `go build` of the killed run still writes goes with that build
    assert until_empty(lambda: [path.name for path in (tmp_path / "tmp").iterdir()], 30) == []
