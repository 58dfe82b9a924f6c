"""What CI systems get: read back by their own rules."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from linkcheck.model.gate import GateReport
from linkcheck.model.report import Failure
from linkcheck.pipeline.gate import GateTarget, run_gate
from linkcheck.pipeline.gateconfig import target_name
from linkcheck.report.gates import GATE_FORMATS, gate_renderer
from linkcheck.report.sarif import uri
from linkcheck.report.schema import schema_text

DOCKERFILE = """FROM scratch
ENV RES_OPTIONS=x
COPY --from=x /app /app
USER app
# linkcheck ignore=LC501 started by hand
HEALTHCHECK CMD curl localhost
ENTRYPOINT /app "100%"
"""


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GateReport:
    monkeypatch.chdir(tmp_path)
    Path("my app").mkdir()
    Path("my app/Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    target = GateTarget("a & <b>", dockerfile="my app/Dockerfile")
    failures = [Failure("x", "x: No such file\n::error::hostile")]
    return run_gate([target], failures=failures)


def document(report: GateReport, name: str) -> Any:
    return json.loads(gate_renderer(name)(report))


@pytest.mark.parametrize("name", GATE_FORMATS)
def test_rendering_twice_gives_the_same_bytes_with_a_final_newline(
    report: GateReport, name: str
) -> None:
    text = gate_renderer(name)(report)
    assert text == gate_renderer(name)(report)
    assert text.endswith("\n")


def test_the_json_of_a_gate_obeys_the_published_schema(report: GateReport) -> None:
    text = document(report, "json")
    jsonschema.Draft202012Validator(json.loads(schema_text())).validate(text)
    assert {f["state"] for t in text["gate"]["targets"] for f in t["findings"]} == {
        "new",
        "ignored",
    }


def test_sarif_obeys_the_official_schema(report: GateReport) -> None:
    """The schema is OASIS's, from the MIT-licensed npm package @microsoft/jest-sarif."""
    schema = json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
    written = document(report, "sarif")
    jsonschema.Draft7Validator(schema).validate(written)
    assert written["runs"][0]["results"]
    del written["runs"][0]["tool"]  # the schema does refuse what is none
    assert list(jsonschema.Draft7Validator(schema).iter_errors(written))


def test_sarif_places_each_result_on_its_line_with_help_and_fingerprint(
    report: GateReport,
) -> None:
    (run,) = document(report, "sarif")["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    lines = {}
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert re.fullmatch(r"[0-9a-f]{32}", result["partialFingerprints"]["linkcheck/v1"])
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "my%20app/Dockerfile"
        lines[result["ruleId"], place["region"]["startLine"]] = result
    assert {("LC503", 4), ("LC501", 6), ("LC501", 7), ("LC510", 2)} <= set(lines)
    assert lines["LC501", 6]["suppressions"][0]["justification"] == "started by hand"
    assert rules["LC503"]["help"]["markdown"].startswith("USER names a user")
    assert run["invocations"][0]["executionSuccessful"] is False


def test_sarif_fixes_replace_the_whole_line(report: GateReport) -> None:
    (run,) = document(report, "sarif")["runs"]
    fixes = [result["fixes"][0] for result in run["results"] if "fixes" in result]
    lines = DOCKERFILE.splitlines()
    for fix in fixes:
        (change,) = fix["artifactChanges"][0]["replacements"]
        region = change["deletedRegion"]
        assert region["endColumn"] == len(lines[region["startLine"] - 1]) + 1
    texts = [f["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] for f in fixes]
    assert texts == ["USER 65532:65532", 'ENTRYPOINT ["/app", "100%"]']


def test_a_consumer_of_sarif_reads_ours(report: GateReport, tmp_path: Path) -> None:
    pytest.importorskip("sarif", reason="sarif-tools is a development dependency")
    (tmp_path / "out.sarif").write_text(gate_renderer("sarif")(report), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sarif", "csv", "-o", "out.csv", "out.sarif"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    table = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert "LC503" in table
    assert "my app/Dockerfile" in table or "my%20app/Dockerfile" in table


def test_junit_counts_what_it_holds(report: GateReport) -> None:
    root = ElementTree.fromstring(gate_renderer("junit")(report))
    suite = root.findall("testsuite")[0]
    cases = suite.findall("testcase")
    assert suite.attrib["name"] == "a & <b>"
    assert int(suite.attrib["tests"]) == len(cases)
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
    assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped")) == 1
    assert root.findall("testsuite")[1].find("testcase/error") is not None


def test_github_annotations_are_one_line_each_and_escape_what_would_end_them(
    report: GateReport,
) -> None:
    lines = gate_renderer("github")(report).splitlines()
    assert any(
        line.startswith("::error file=my app/Dockerfile,line=4,endLine=4,title=linkcheck LC503::")
        for line in lines
    )
    assert not any(line.startswith("::error::hostile") for line in lines)
    assert sum("LC501" in line for line in lines) == 1
    assert lines[-1].startswith("0 of 1 target passes")


def test_gitlab_gets_an_array_with_unique_fingerprints_and_relative_paths(
    report: GateReport,
) -> None:
    issues = document(report, "gitlab")
    assert {"description", "check_name", "fingerprint", "severity", "location"} <= set(issues[0])
    prints = [issue["fingerprint"] for issue in issues]
    assert len(set(prints)) == len(prints)
    assert {issue["severity"] for issue in issues} <= {"info", "minor", "major"}
    assert all(issue["location"]["lines"]["begin"] >= 1 for issue in issues)
    assert "LC501" in {issue["check_name"] for issue in issues}


def test_markdown_keeps_hostile_names_inside_their_cells(report: GateReport) -> None:
    text = gate_renderer("markdown")(report)
    assert "a & &lt;b>" in text
    rows = [line for line in text.splitlines() if line.startswith("| LC")]
    assert rows
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 6 for row in rows)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("./a/Dockerfile", "a/Dockerfile"),
        ("a b#c", "a%20b%23c"),
        ("/x/y", "file:///x/y"),
        ("a%b", "a%25b"),
    ],
)
def test_paths_become_uris(path: str, expected: str) -> None:
    assert uri(path) == expected


@pytest.mark.parametrize("name", GATE_FORMATS)
def test_the_base_is_said_once(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Dockerfile").write_text("FROM alpine\nENTRYPOINT /app\n", encoding="utf-8")
    target = GateTarget("", dockerfile="Dockerfile", base="scratch")
    report = run_gate([target._replace(name=target_name(target))])
    text = gate_renderer(name)(report)
    assert "scratch on scratch" not in text
    assert "in scratch" not in text
    if name in ("table", "markdown"):
        assert text.splitlines()[0 if name == "table" else 6].count("scratch") == 1
