"""`.linkcheck.toml`: found upwards, checked, and weaker than flags and variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkcheck.cli import app
from linkcheck.cli.config import defaults_for, find_config
from linkcheck.errors import UsageError
from tests.cli.command import linkcheck


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def defaults(folder: Path, text: str) -> dict[str, object]:
    (folder / ".linkcheck.toml").write_text(text)
    return defaults_for("analyze", app.load_command("analyze").params)


def test_the_nearest_file_upwards_counts(folder: Path) -> None:
    deep = folder / "a" / "b"
    deep.mkdir(parents=True)
    (folder / ".linkcheck.toml").write_text("")
    assert find_config(deep) == folder / ".linkcheck.toml"
    (folder / "a" / ".linkcheck.toml").write_text("")
    assert find_config(deep) == folder / "a" / ".linkcheck.toml"


def test_keys_are_the_names_of_flags(folder: Path) -> None:
    text = (
        '[analyze]\nbase = ["scratch", "alpine:3.23"]\nlib-path = "/opt"\ndigest = true\njobs = 2\n'
    )
    assert defaults(folder, text) == {
        "base": ["scratch", "alpine:3.23"],
        "lib_path": "/opt",
        "digest": True,
        "jobs": "2",
    }


def test_tables_of_other_commands_do_not_count(folder: Path) -> None:
    assert defaults(folder, '[gate]\nfail-on = "error"\n') == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[analyze]\nbases = []\n",
            r"\[analyze\] has no flag 'bases': use one of base, cpu, digest",
        ),
        ("[analyze]\nhelp = true\n", "has no flag 'help'"),
        ("[analyze]\nbase = [1]\n", "base is no list of strings"),
        ("[analyze]\ndigest = 1\n", "digest is a switch: write true or false"),
        ("[analyze]\njobs = []\n", "jobs takes one value"),
        ("analyze = 1\n", "'analyze' is not a table"),
        ("[analyze\n", "is not TOML"),
    ],
)
def test_a_mistake_names_the_file_and_the_key(folder: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        defaults(folder, text)
    assert str(folder / ".linkcheck.toml") in str(raised.value)


def test_a_file_that_is_no_utf_8_is_an_error_of_the_call(folder: Path) -> None:
    (folder / ".linkcheck.toml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="can't be read"):
        defaults_for("analyze", [])


def test_the_file_feeds_the_command_and_flags_and_variables_win(folder: Path) -> None:
    (folder / ".linkcheck.toml").write_text('[analyze]\nformat = "nonsense"\n')
    assert "'nonsense' is not one of" in linkcheck("analyze", "x", cwd=folder).stderr
    by_variable = linkcheck("analyze", "x", cwd=folder, LINKCHECK_FORMAT="json")
    assert by_variable.stdout.startswith("{")
    by_flag = linkcheck("analyze", "--format", "json", "x", cwd=folder, LINKCHECK_FORMAT="bad")
    assert by_flag.stdout.startswith("{")
