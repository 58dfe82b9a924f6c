"""The command line as a whole: help, errors, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from importlib import import_module

import pytest

from linkcheck import __version__
from linkcheck.cli import app
from linkcheck.cli.failure import report_failure
from linkcheck.errors import MissingToolError, UnknownBaseError
from tests.cli.command import PROJECT, linkcheck


def test_help_lists_every_command_with_its_summary() -> None:
    done = linkcheck("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for name, (_, summary) in app.COMMANDS.items():
        assert f"  {name} " in done.stdout
        assert summary.split(",")[0] in done.stdout


@pytest.mark.parametrize("name", app.COMMANDS)
def test_every_command_has_its_own_help(name: str) -> None:
    done = linkcheck(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: linkcheck {name}")


@pytest.mark.parametrize("name", app.COMMANDS)
def test_every_flag_can_be_set_by_a_variable(name: str) -> None:
    options = [p for p in app.load_command(name).params if p.param_type_name == "option"]
    flags = {o.name: o.envvar for o in options if o.name != "help"}
    named = {name: f"LINKCHECK_{name.rstrip('_').upper()}" for name in flags}
    assert flags == named


@pytest.mark.parametrize("arguments", [["version"], ["--version"]])
def test_the_version_is_that_of_the_package(arguments: list[str]) -> None:
    assert linkcheck(*arguments).stdout == f"linkcheck {__version__}\n"


def test_the_schema_is_valid_json_on_stdout() -> None:
    assert json.loads(linkcheck("schema").stdout)["title"].startswith("linkcheck report")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["schem"], "linkcheck: error: there is no command 'schem': did you mean 'schema'?"),
        (["frobnicate"], "there is no command 'frobnicate': see `linkcheck --help`"),
        (["--bogus"], "No such option: --bogus"),
        (["analyze"], "Missing argument"),
        (["analyze", "--format", "xml", "x"], "'xml' is not one of table, json"),
        (["analyze", "--jobs", "-1", "x"], "Invalid value for '--jobs'"),
    ],
)
def test_a_wrong_call_exits_2_and_says_what_is_wrong(arguments: list[str], said: str) -> None:
    done = linkcheck(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_an_error_is_one_line_with_its_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    code = report_failure(MissingToolError("no engine\nanswers", next_step="start Docker"))
    assert code == 3
    assert capsys.readouterr().err == "linkcheck: error: no engine answers: start Docker\n"


def test_an_error_can_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert report_failure(UnknownBaseError("evil\x1b[2J")) == 2
    assert capsys.readouterr().err == "linkcheck: error: evil\\x1b[2J\n"


def test_a_bug_exits_4_with_one_line_and_a_traceback_only_for_debugging(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert report_failure(ZeroDivisionError("oops")) == 4
    quiet = capsys.readouterr().err
    assert quiet.startswith("linkcheck: error: this is a bug in linkcheck: ZeroDivisionError: oops")
    assert quiet.count("\n") == 1
    monkeypatch.setenv("LINKCHECK_DEBUG", "1")
    assert report_failure(ZeroDivisionError("oops")) == 4
    assert "ZeroDivisionError: oops\nlinkcheck: error:" in capsys.readouterr().err


def test_a_bug_in_a_command_reaches_the_last_stop(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("broken command")

    monkeypatch.setattr(import_module("linkcheck.cli.version"), "run", broken)
    with pytest.raises(SystemExit) as ended:
        app.main(["version"])
    assert ended.value.code == 4
    assert "RuntimeError: broken command" in capsys.readouterr().err


def test_an_interruption_exits_130() -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-m", "linkcheck", "analyze", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=PROJECT,
    )
    assert waiting.stdin is not None
    waiting.stdin.write(b"\n" * 300_000)  # more than a pipe holds: once it is written, it is read
    waiting.stdin.flush()
    waiting.send_signal(signal.SIGINT)
    out, err = waiting.communicate(timeout=30)
    assert (waiting.returncode, out) == (130, b"")
    assert b"Traceback" not in err


def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "linkcheck", "schema"],
            stdout=closed,
            stderr=subprocess.PIPE,
            cwd=PROJECT,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")
