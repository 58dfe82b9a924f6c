"""Where results go."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from linkcheck.cli import output
from linkcheck.cli.output import emit, screen_for
from linkcheck.errors import UsageError
from linkcheck.report.screen import Screen


def test_a_file_is_written_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old and longer than the new text")
    emit("new\n", target)
    assert target.read_text() == "new\n"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_keeps_pointing_at_the_file_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    emit("text\n", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "text\n"


def test_a_device_is_written_to_and_never_replaced() -> None:
    emit("text\n", Path("/dev/null"))
    assert Path("/dev/null").is_char_device()


def test_a_folder_that_is_missing_is_an_error_of_the_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"can't be written: No such file or directory"):
        emit("text\n", tmp_path / "gone" / "report.json")


def test_letters_that_stdout_lacks_are_spelled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))
    emit("é\n")
    assert raw.getvalue() == b"\\xe9\n"


def test_a_pipe_and_a_file_are_80_plain_columns(tmp_path: Path) -> None:
    assert screen_for(None) == screen_for(tmp_path / "x") == Screen(80, color=False)


@pytest.mark.parametrize(
    ("variables", "color"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"CI": "true"}, False), ({"TERM": "dumb"}, False)],
)
def test_a_terminal_has_its_own_width_and_colour_unless_that_is_declined(
    variables: dict[str, str], color: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "CI", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"COLUMNS": "100", **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(output, "_is_terminal", lambda: True)
    assert screen_for(None) == Screen(100, color=color)
