"""`image REF`: what an image starts is found as runtimes find it, and judged where it lies."""

from __future__ import annotations

import json
import os
import platform
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from linkcheck.errors import BadRootError, UnknownBaseError
from linkcheck.pipeline.imagecheck import Answer, Asked, check_image
from tests.cli.command import linkcheck
from tests.ship.baseimages import folder, layout, link, opened, tar
from tests.ship.conftest import TRUE

Check = Callable[..., Answer]
Files = Mapping[str, bytes | Path]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """`check(files, config, ...)`: the answer about an image of these."""

    def run(
        files: Files,
        config: Mapping[str, Any],
        *members: Any,
        mode: int = 0o755,
        verify: bool = False,
        arguments: tuple[str, ...] = (),
    ) -> Answer:
        ref = layout(tmp_path / "image", [tar(*members, files=files, mode=mode)], config)
        return check_image(Asked(ref, arguments, None, verify), os.environ)

    return run


@pytest.fixture
def hello(build_fixture: Callable[..., Path]) -> Path:
    return build_fixture("hello", CGO_ENABLED="0", GOARCH="amd64")


def judged(answer: Answer) -> list[tuple[str, str]]:
    return [(s.facts.path, s.verdicts[0].answer) for s in answer.report.subjects]


def said(answer: Answer) -> str:
    (failure,) = answer.report.errors
    return failure.message


@pytest.mark.go
@pytest.mark.parametrize(
    "config",
    [
        {"Entrypoint": ["/opt/app"]},
        {"Cmd": ["/opt/app"]},
        {"Entrypoint": ["app"], "Env": ["PATH=/nowhere:relative:/opt"]},
        {"Entrypoint": ["./app"], "WorkingDir": "/opt"},
        {"Entrypoint": ["../opt/app"], "WorkingDir": "usr/"},
        {"Entrypoint": ["/opt/app"], "User": "5:5"},
        {"Entrypoint": ["/opt/app"], "User": "app:staff"},
        {"Entrypoint": ["/opt/app"], "User": "5:staff:left:out"},
        {"Entrypoint": ["/opt/app"], "User": ":"},
    ],
)
def test_the_program_is_found_as_runtimes_find_it(
    config: Mapping[str, Any], hello: Path, check: Check
) -> None:
    accounts = {"etc/passwd": b"app:x:7:7::/:\n", "etc/group": b"staff:x:50:\n"}
    answer = check({"opt/app": hello, **accounts}, config, folder("usr"))
    assert (answer.starts, judged(answer)) == (True, [("/opt/app", "runs")])


@pytest.mark.go
def test_links_are_followed_inside_the_image(hello: Path, check: Check) -> None:
    way = link("bin", "../../../opt")
    answer = check({"opt/app": hello}, {"Entrypoint": ["/bin/app"]}, way)
    assert judged(answer) == [("/opt/app", "runs")]
    assert answer.notes == ("judged: /opt/app (ENTRYPOINT)",)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "neither ENTRYPOINT nor CMD"),
        ({"Entrypoint": ["/none"]}, 'exec: "/none": stat /none: no such file'),
        ({"Entrypoint": ["none"]}, 'exec: "none": executable file not found in $PATH'),
        ({"Entrypoint": ["/etc"]}, "is a directory"),
        ({"Entrypoint": ["/data"]}, "permission denied"),
        ({"Entrypoint": ["data"], "Env": ["PATH=/"]}, "permission denied"),
        ({"Entrypoint": ["/data/x"]}, "not a directory"),
        ({"Entrypoint": [""], "Cmd": ["/x"]}, "names no program"),
    ],
)
def test_what_a_runtime_would_not_start_is_told_in_its_words(
    config: Mapping[str, Any], words: str, check: Check
) -> None:
    answer = check({"data": b"x"}, config, folder("etc"), mode=0o644)
    assert not answer.starts
    assert words in said(answer)


@pytest.mark.go
def test_the_execute_bit_counts_for_the_user_of_the_image(hello: Path, check: Check) -> None:
    config = {"Entrypoint": ["/app"]}
    assert check({"app": hello}, config, mode=0o700).starts
    answer = check({"app": hello}, {**config, "User": "1000:1000"}, mode=0o700)
    assert "permission denied to user 1000:1000 (mode 0700): Docker 26 starts it" in said(answer)


@pytest.mark.go
@pytest.mark.parametrize(
    ("user", "words"),
    [
        ("app", "unable to find user app: no matching entries in passwd file"),
        ("root:staff", "unable to find group staff: no matching entries in group file"),
        ("7:staff", "unable to find group staff: no matching entries in group file"),
        ("4294967294", "uids and gids must be in range 0-2147483647"),
        ("7:-1", "uids and gids must be in range 0-2147483647"),
        ("9" * 5000, "unable to find user 999"),
    ],
)
def test_an_account_that_the_image_does_not_know_is_told_in_the_engine_s_words(
    user: str, words: str, hello: Path, check: Check
) -> None:
    files: Files = {"app": hello, "etc/passwd": b"root:x:0:0::/:\n", "etc/group": b"root:x:0:\n"}
    answer = check(files, {"Entrypoint": ["/app"], "User": user})
    assert not answer.starts
    assert words in said(answer)


@pytest.mark.go
def test_of_a_script_its_interpreter_is_judged(hello: Path, check: Check) -> None:
    files: Files = {"run": b"#! /bin/tool -x y\n", "bin/tool": hello}
    answer = check(files, {"Entrypoint": ["/run"]})
    assert judged(answer) == [("/bin/tool", "runs")]
    assert answer.notes == ("judged: /bin/tool (#! of /run)",)


@pytest.mark.go
def test_an_interpreter_that_is_missing_fails(hello: Path, check: Check) -> None:
    answer = check({"run": b"#!/bin/bash\n"}, {"Entrypoint": ["/run"]})
    assert not answer.starts
    assert 'exec: "/bin/bash": stat /bin/bash: no such file' in said(answer)
    through = check({"run": b"#!/bin/env node\n", "bin/env": hello}, {"Entrypoint": ["/run"]})
    assert judged(through) == [("/bin/env", "runs")]
    assert 'exec: "node": executable file not found' in said(through)


def test_scripts_that_start_each_other_end(check: Check) -> None:
    answer = check({"a": b"#!/b\n", "b": b"#!/a\n"}, {"Entrypoint": ["/a"]})
    assert not answer.starts
    assert "too many levels" in said(answer)


@pytest.mark.go
@pytest.mark.parametrize(
    "argv",
    [
        ["/sbin/tini", "-v", "--", "/app", "x"],
        ["/bin/sh", "-c", "exec /app x"],
        ["/sbin/tini", "--", "/bin/sh", "-c", "/app"],
    ],
)
def test_what_wrappers_start_is_judged_too(argv: list[str], hello: Path, check: Check) -> None:
    files: Files = {"sbin/tini": hello, "bin/sh": hello, "app": TRUE}
    answer = check(files, {"Entrypoint": argv})
    assert judged(answer)[0][1] == "runs"
    assert judged(answer)[-1] == ("/app", "fails")
    assert not answer.starts


@pytest.mark.go
@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["/bin/sh", "-c", "a && b"], "program of shell"),
        (["/bin/sh", "-c", "$APP"], "only known when it is started"),
        (["/bin/sh", "-e", "/run"], "/bin/sh runs /run"),
    ],
)
def test_what_can_not_be_followed_is_told(
    argv: list[str], words: str, hello: Path, check: Check
) -> None:
    answer = check({"bin/sh": hello}, {"Cmd": argv})
    assert answer.starts
    assert any("not judged" in note and words in note for note in answer.notes)


@pytest.mark.go
def test_arguments_stand_in_place_of_the_command(hello: Path, check: Check) -> None:
    answer = check({"app": hello, "other": TRUE}, {"Cmd": ["/app"]}, arguments=("/other",))
    assert judged(answer) == [("/other", "fails")]


def test_the_library_path_of_the_image_counts(small_root: Path, check: Check) -> None:
    files: dict[str, bytes | Path] = {
        str(path.relative_to(small_root)): path
        for path in small_root.rglob("*")
        if path.is_file() and not path.is_symlink() and "zoneinfo" not in path.parts
    }
    links = [
        link(str(path.relative_to(small_root)), str(path.readlink()))
        for path in small_root.rglob("*")
        if path.is_symlink()
    ]
    (libc,) = [name for name in files if name.endswith("/libc.so.6")]
    files["moved/libc.so.6"] = files.pop(libc)
    files["bin/true"] = TRUE
    config = {"Entrypoint": ["/bin/true"]}
    assert not check(files, config, *links).starts
    assert check(files, {**config, "Env": ["LD_LIBRARY_PATH=/x:/moved"]}, *links).starts


@pytest.mark.go
def test_an_image_is_really_started_from_its_files(hello: Path, check: Check, bwrap: None) -> None:
    config = {"Entrypoint": ["app"], "Env": ["PATH=/app"], "WorkingDir": "/made/here"}
    answer = check({"app/app": hello}, config, verify=True)
    (trial,) = answer.report.subjects[0].trials
    assert (trial.observed, trial.agrees) == ("started", True), trial.output_tail


@pytest.mark.parametrize(
    "config",
    [{"Entrypoint": "x"}, {"Cmd": [1]}, {"Env": ["A=\0"], "Cmd": ["/x"]}, {"WorkingDir": 1}],
)
def test_a_configuration_of_other_types_is_refused(config: Mapping[str, Any], check: Check) -> None:
    with pytest.raises(BadRootError, match="of its configuration is not what images have there"):
        check({}, config)


@pytest.mark.parametrize("ref", ["scratch", "dir:/"])
def test_what_is_no_image_is_refused(ref: str) -> None:
    with pytest.raises(UnknownBaseError, match="no image configuration"):
        check_image(Asked(ref), os.environ)


@pytest.mark.go
def test_as_a_command_it_ends_with_the_codes_of_the_contract(hello: Path, tmp_path: Path) -> None:
    good = layout(tmp_path / "good", [tar(files={"app": hello})], {"Entrypoint": ["/app"]})
    bad = layout(tmp_path / "bad", [tar(files={"app": TRUE})], {"Entrypoint": ["/app"]})
    done = linkcheck("image", good, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    (subject,) = json.loads(done.stdout)["subjects"]
    assert (subject["path"], subject["verdicts"][0]["verdict"]) == ("/app", "runs")
    done = linkcheck("image", bad)
    assert done.returncode == 1
    assert "fails" in done.stdout
    done = linkcheck("image", f"oci-dir:{tmp_path}/none")
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.go
def test_the_image_for_a_platform_is_taken_out_of_an_index(
    build_fixture: Callable[..., Path], tmp_path: Path
) -> None:
    arm = build_fixture("hello", CGO_ENABLED="0", GOARCH="arm64")
    both = ("linux/amd64", "linux/arm64")
    ref = layout(tmp_path / "both", [tar(files={"app": arm})], {"Cmd": ["/app"]}, both)
    answer = check_image(Asked(ref, platform="linux/arm64"), os.environ)
    assert (answer.starts, judged(answer)) == (True, [("/app", "runs")])
    assert not check_image(Asked(ref, platform="linux/amd64"), os.environ).starts
    with pytest.raises(BadRootError, match="no image for linux/s390x, only for linux/amd64, linux"):
        check_image(Asked(ref, platform="linux/s390x"), os.environ)


@pytest.mark.go
@pytest.mark.skipif(platform.machine() == "aarch64", reason="this machine runs it")
def test_a_start_that_can_not_be_made_here_ends_with_3(
    build_fixture: Callable[..., Path], tmp_path: Path, bwrap: None
) -> None:
    arm = build_fixture("hello", CGO_ENABLED="0", GOARCH="arm64")
    layout(tmp_path / "arm", [tar(files={"app": arm})], {"Cmd": ["/app"]}, ("linux/arm64",))
    done = linkcheck("image", "oci-dir:arm", "--verify", cwd=tmp_path)
    assert done.returncode == 3
    assert "runs no linux/arm64 programs" in " ".join(done.stdout.split())


@pytest.mark.go
def test_changes_of_a_variable_are_lines(hello: Path, tmp_path: Path) -> None:
    call = ("image", "build", hello, "--base", "scratch", "--output", "oci-dir:out")
    lines = 'ENV A="two  words"\nCMD ["a b"]'
    assert linkcheck(*call, cwd=tmp_path, LINKCHECK_CHANGE=lines).returncode == 0
    inner = opened(tmp_path / "out")["config"]["config"]
    assert (inner["Env"][-1], inner["Cmd"]) == ("A=two  words", ["a b"])


@pytest.mark.go
def test_an_image_called_build_is_reached_by_its_scheme(hello: Path, tmp_path: Path) -> None:
    layout(tmp_path / "build", [tar(files={"app": hello})], {"Entrypoint": ["/app"]})
    assert linkcheck("image", "oci-dir:build", cwd=tmp_path).returncode == 0
    done = linkcheck("image", "build", cwd=tmp_path)
    assert done.returncode == 2
    assert "PATH" in done.stderr


@pytest.mark.go
def test_the_command_builds_what_it_then_judges(hello: Path, tmp_path: Path) -> None:
    place = tmp_path / "out"
    done = linkcheck("image", "build", hello, "--base", "scratch", "--output", f"oci-dir:{place}:1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "sha256:" in done.stdout
    assert stat.S_IMODE(place.stat().st_mode) == 0o755
    assert linkcheck("image", f"oci-dir:{place}:1").returncode == 0


@pytest.mark.go
def test_its_settings_have_a_table_below_that_of_image(hello: Path, tmp_path: Path) -> None:
    config = '[image]\nformat = "json"\n[image.build]\nbase = "scratch"\noutput = "oci-dir:out"\n'
    (tmp_path / ".linkcheck.toml").write_text(config)
    assert linkcheck("image", "build", hello, cwd=tmp_path).returncode == 0
    assert linkcheck("image", "oci-dir:out", cwd=tmp_path).stdout.startswith("{")
