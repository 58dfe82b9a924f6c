"""`linkcheck bundle` as a user calls it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import linkcheck
from tests.ship.conftest import TRUE


def test_it_tells_what_each_file_is_for_and_what_was_left_out(
    small_root: Path, tmp_path: Path
) -> None:
    output = tmp_path / "lean"
    done = linkcheck("bundle", TRUE, "--from", f"dir:{small_root}", "--output", output)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the loader that the" in done.stdout
    assert "Predicted: runs" in done.stdout
    assert (output / "app").read_bytes() == TRUE.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--output", "x"), 2, "--from is missing"),
        (("--from", "dir:ROOT"), 2, "--output is missing"),
        (("--from", "dir:ROOT", "--output", "no/such/place"), 2, "no such folder"),
        (("--from", "dir:/nowhere", "--output", "x"), 2, "not a folder"),
        (("--from", "scratch", "--output", "x"), 2, "scratch has no files"),
        (("--from", "dir:ROOT", "--output", "x", "--user", "who"), 2, "no such user"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(
    arguments: tuple[str, ...], code: int, words: str, small_root: Path, tmp_path: Path
) -> None:
    given = [argument.replace("ROOT", str(small_root)) for argument in arguments]
    done = linkcheck("bundle", TRUE, *given, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.count("\n") == 1
    assert words in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_without_an_engine_that_was_asked_for_it_ends_with_3(
    small_root: Path, tmp_path: Path
) -> None:
    call = ("bundle", TRUE, "--from", f"dir:{small_root}", "--output", "image:x")
    done = linkcheck(*call, cwd=tmp_path, DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    assert done.returncode == 3
    assert "no Docker Engine answers" in done.stderr
