"""`linkcheck doctor` as a process."""

from __future__ import annotations

import json
import subprocess

from linkcheck.model.diagnosis import Check
from linkcheck.report.doctor import table
from linkcheck.report.screen import Screen
from tests.cli.command import linkcheck


def doctor(*arguments: str) -> subprocess.CompletedProcess[str]:
    """On a machine whose engine is dead and whose PATH leads nowhere."""
    return linkcheck("doctor", *arguments, DOCKER_HOST="tcp://127.0.0.1:1", PATH="/nowhere")


def test_whatever_is_missing_the_exit_code_is_0_and_there_is_no_traceback() -> None:
    done = doctor()
    assert (done.returncode, done.stderr) == (0, "")
    assert "no Docker Engine answers" in done.stdout
    assert "What that costs, and what mends it:" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_json_has_an_object_a_tool() -> None:
    done = doctor("--format", "json")
    document = json.loads(done.stdout)
    assert (document["schema_version"], document["tool"]["name"]) == ("1", "linkcheck")
    docker = document["checks"][0]
    assert list(docker) == ["name", "state", "found", "trouble", "cost", "mend"]
    assert (docker["name"], docker["state"], docker["found"]) == ("docker", "broken", [])


def test_what_is_required_and_missing_exits_3_after_the_table() -> None:
    done = doctor("--require", "docker,gcc")
    assert done.returncode == 3
    assert done.stdout.startswith("tool ")
    assert done.stderr.startswith("linkcheck: error: docker is broken, gcc is missing: ")


def test_a_name_or_format_that_there_is_not_exits_2() -> None:
    unknown = doctor("--require", "podman")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert doctor("--format", "html").returncode == 2


def test_where_nothing_is_missing_the_table_says_so() -> None:
    text = table((Check("go", "ok", ("go1.27.3 on PATH: /usr/bin/go",)),), Screen())
    assert text == (
        "tool  state  what is there\n"
        "----  -----  -----------------------------\n"
        "go    ok     go1.27.3 on PATH: /usr/bin/go\n"
        "\n"
        "All that linkcheck can make use of is here.\n"
    )


def test_what_a_tool_says_of_itself_can_not_steer_the_terminal() -> None:
    assert "zig\\x1b[2J" in table((Check("zig", "ok", ("zig\x1b[2J",)),), Screen())
