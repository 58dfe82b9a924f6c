"""`linkcheck analyze` as a process."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema

from linkcheck.report.schema import schema_text
from tests.cli.command import linkcheck

PYTHON = Path(sys.executable).resolve()


def test_json_on_stdout_is_all_that_is_on_stdout() -> None:
    done = linkcheck("analyze", PYTHON, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    jsonschema.validate(document, json.loads(schema_text()))
    assert document["subjects"][0]["path"] == str(PYTHON)


def test_a_wrong_input_exits_2_and_the_rest_is_still_reported(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("hello")
    done = linkcheck("analyze", tmp_path / "notes", PYTHON, "--base", "scratch", "--format", "json")
    assert done.returncode == 2
    document = json.loads(done.stdout)
    assert [len(document["subjects"]), len(document["errors"])] == [1, 1]


def test_verdicts_do_not_change_the_exit_code() -> None:
    done = linkcheck("analyze", PYTHON, "--base", "scratch")
    assert done.returncode == 0
    assert "fails" in done.stdout


def test_a_list_of_programs_comes_from_stdin() -> None:
    done = linkcheck("analyze", "-", "--base", "scratch", "--format", "json", stdin=f"{PYTHON}\n")
    assert [s["path"] for s in json.loads(done.stdout)["subjects"]] == [str(PYTHON)]


def test_a_name_that_is_no_unicode_is_reported_and_harmless(tmp_path: Path) -> None:
    hostile = tmp_path / "evil\udcff\x1b[2J"
    hostile.write_bytes(PYTHON.read_bytes())
    done = linkcheck("analyze", tmp_path, "--base", "scratch")
    assert done.returncode == 0
    assert "evil\\udcff\\x1b[2J" in done.stdout


def test_an_unknown_base_exits_2_with_a_next_step() -> None:
    done = linkcheck("analyze", PYTHON, "--base", "alpin:3.23")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("linkcheck: error: alpin:3.23: no such base in the catalog, ")
    assert "did you mean alpine:3.23" in done.stderr
    assert done.stderr.count("\n") == 1


def test_bases_come_from_a_variable_too() -> None:
    done = linkcheck("analyze", PYTHON, "--format", "json", LINKCHECK_BASE="scratch alpine:3.23")
    verdicts = json.loads(done.stdout)["subjects"][0]["verdicts"]
    assert [v["base"] for v in verdicts] == ["scratch", "alpine:3.23"]


def test_a_switch_comes_from_a_variable_too() -> None:
    done = linkcheck("analyze", PYTHON, "--format", "json", LINKCHECK_DIGEST="true")
    assert len(json.loads(done.stdout)["subjects"][0]["sha256"]) == 64
    wrong = linkcheck("analyze", PYTHON, LINKCHECK_DIGEST="perhaps")
    assert wrong.returncode == 2
    assert "'perhaps' is neither true nor false" in wrong.stderr


def test_the_report_goes_to_a_file_whole(tmp_path: Path) -> None:
    done = linkcheck("analyze", PYTHON, "--format", "json", "--output", tmp_path / "r.json")
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads((tmp_path / "r.json").read_text())["schema_version"] == "1"


def test_running_twice_gives_identical_bytes() -> None:
    assert linkcheck("analyze", PYTHON).stdout == linkcheck("analyze", PYTHON).stdout


def test_the_trace_names_the_paths_that_the_loader_considers() -> None:
    done = linkcheck("analyze", PYTHON, "--base", "debian:13-slim", "--trace")
    assert "how debian:13-slim loads it" in done.stdout
    assert "/app: interpreter /" in done.stdout.split("how debian:13-slim loads it")[1]


def test_the_known_bases_are_listed_and_one_is_shown_in_full() -> None:
    listed = linkcheck("bases").stdout
    assert max(map(len, listed.splitlines())) <= 80
    assert "gcr.io/distroless/static-debian13 " in listed
    assert linkcheck("bases", "debian:bookworm-slim").stdout.startswith("debian:12-slim: Debian 12")
    assert linkcheck("bases", "nonsense").returncode == 2


def test_a_rule_is_explained_by_its_page() -> None:
    page = linkcheck("explain", "lc101").stdout
    assert page.startswith("LC101 ")
    assert "## " in page
    wrong = linkcheck("explain", "LC999")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "there is no rule 'LC999'" in wrong.stderr
