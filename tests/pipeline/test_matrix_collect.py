"""Plans for other machines, and what these hand back."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from linkcheck.errors import MalformedBinaryError, UsageError
from linkcheck.model.facts import BinaryFacts, LibcFacts
from linkcheck.model.report import Subject
from linkcheck.pipeline.collect import collect
from linkcheck.pipeline.export import Export, export
from linkcheck.pipeline.plan import make_plan
from tests.cli.command import linkcheck


def judge(path: Path) -> Subject:
    if path.read_text() == "broken":
        raise MalformedBinaryError("odd header")
    return Subject(
        BinaryFacts(str(path), 7, "elf", "linux/amd64", LibcFacts("none")), (), (), (), None
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    for name in ("a", "b"):
        (folder / "cmd" / name).mkdir(parents=True)
        (folder / "cmd" / name / "main.go").write_text("package main\n")
    (folder / "go.mod").write_text("module example.com/app\n")
    return folder


def wanted(source: Path, *go: str) -> Export:
    plan = make_plan(source, recipes=["default", "cgo-off"], platforms=["linux/amd64,linux/arm64"])
    flags = ["--tags", "x y", "--base", "scratch"]
    return Export(plan, str(source), go, None, source.parent / "out", flags, {"GOENV": "off"})


def test_a_bake_plan_has_a_target_for_every_cell_with_a_folder_of_its_own(source: Path) -> None:
    document = json.loads(export("bake", wanted(source, "1.26", "1.27")))
    assert len(document["target"]) == 2 * 2 * 2 * 2
    folders = {target["output"][0] for target in document["target"].values()}
    assert len(folders) == 16
    assert f"type=local,dest={source.parent}/out/go1.26/linux_arm64/cgo-off/a" in folders
    images = {t["dockerfile-inline"].split()[1] for t in document["target"].values()}
    assert images == {"golang:1.26-bookworm", "golang:1.27-bookworm"}


def test_a_github_plan_has_a_job_for_every_cell_whose_command_builds_just_that(
    source: Path,
) -> None:
    jobs = json.loads(export("github", wanted(source, "1.27")))["include"]
    assert len({job["folder"] for job in jobs}) == len(jobs) == 8
    first = jobs[0]
    assert (first["recipe"], first["platform"], first["go"]) == ("default", "linux/amd64", "1.27")
    words = shlex.split(first["command"])
    assert words[:3] == ["linkcheck", "matrix", str(source)]
    assert words[words.index("--main") + 1] == "cmd/a"
    assert words[words.index("--tags") + 1] == "x y"
    assert words[-1] == f"{first['folder']}/linkcheck.json"


def test_a_plan_that_there_is_not_is_refused(source: Path) -> None:
    with pytest.raises(UsageError, match="no plan 'helm': take bake or github"):
        export("helm", wanted(source))


BUILD = {
    "recipe": "default", "platform": "linux/amd64", "go": "go1.27", "status": "ok", "seconds": 2.5,
    "log_tail": "", "path": "/home/ci/out/linux_amd64/default/app", "name": "app",
}  # fmt: skip


def report(folder: Path, *builds: object) -> Path:
    (folder / "linux_amd64" / "default").mkdir(parents=True)
    (folder / "linux_amd64" / "default" / "app").write_text("program")
    (folder / "linkcheck.json").write_text(json.dumps({"schema_version": "1", "builds": builds}))
    return folder


def test_reports_of_other_machines_become_one_with_their_programs_judged_here(
    tmp_path: Path,
) -> None:
    failed = {**BUILD, "recipe": "pie", "status": "failed", "log_tail": "no", "path": None}
    one = report(tmp_path / "one", BUILD)
    two = report(tmp_path / "two", {**BUILD, "shippable": False, "notes": ["a note"]}, failed)
    merged = collect([one, two], judge)
    assert merged.builds is not None
    assert [(b.recipe, b.status, b.subject) for b in merged.builds] == [
        ("default", "ok", 0),
        ("default", "ok", 1),
        ("pie", "failed", None),
    ]
    assert merged.builds[0].path == str(one / "linux_amd64" / "default" / "app")
    assert (merged.builds[1].notes, merged.builds[1].shippable) == (("a note",), False)
    assert merged.builds[2].log_tail == "no"


def test_a_program_that_is_missing_or_broken_is_an_error_beside_its_row(tmp_path: Path) -> None:
    gone = {**BUILD, "path": "/x/gone"}
    folder = report(tmp_path / "one", BUILD, gone)
    (folder / "linux_amd64" / "default" / "app").write_text("broken")
    merged = collect([folder], judge)
    assert [error.message for error in merged.errors] == [
        "odd header",
        "the program is not in the folder",
    ]
    assert merged.builds is not None
    assert [b.subject for b in merged.builds] == [None, None]


def test_a_path_of_a_report_never_leads_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("program")
    folder = report(tmp_path / "one", {**BUILD, "path": "../secret"})
    assert collect([folder], judge).subjects == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "can't be read"),
        ("[]", "no report of a matrix"),
        ('{"schema_version": "2", "builds": []}', "no report of a matrix"),
        ('{"schema_version": "1", "builds": [1]}', "broken build: TypeError"),
        ('{"schema_version": "1", "builds": [{"status": "fine"}]}', "broken build: ValueError"),
        ('{"schema_version": "1", "builds": [{"status": "ok"}]}', "broken build: KeyError"),
    ],
)
def test_a_report_that_is_none_is_refused_with_its_name(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "linkcheck.json").write_text(text)
    with pytest.raises(UsageError, match=f"linkcheck.json .*{said}"):
        collect([tmp_path], judge)


def test_a_folder_without_results_is_refused_on_the_command_line(tmp_path: Path) -> None:
    done = linkcheck("matrix", "--collect", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert f"{tmp_path} holds no results: name folders with a linkcheck-cell.json" in done.stderr
