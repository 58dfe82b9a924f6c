"""`linkcheck verify` and `linkcheck matrix --verify` as a user calls them, on real bases."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from linkcheck.cli.verify import verified
from linkcheck.engine.engine import Engine
from linkcheck.model.report import Trial
from linkcheck.report.schema import schema_text
from tests.cli.command import PROJECT, linkcheck

Build = Callable[..., Path]
Root = Callable[[str], Path]
NOWHERE = "unix:///no/such.sock"
# patch releases and dates, which the catalog understands: each test process has tags of its own
TAGS = {
    "linkcheck-test/alpine:3.23": f"alpine:3.23.{os.getpid()}",
    "linkcheck-test/debian:12": f"debian:12.{os.getpid()}-slim",
    "linkcheck-test/distroless-static-debian12": (
        f"gcr.io/distroless/static-debian12:latest-{os.getpid()}"
    ),
}


@pytest.fixture(scope="module")
def named_images(engine: Engine) -> Iterator[list[str]]:
    """The testbed's images under names that mean those of the catalog."""
    tagged = []
    for ours, name in TAGS.items():
        if engine.image(ours) is None:
            pytest.skip(f"the engine has no {ours}: `python -m tools.testbed` makes it")
        engine.client.tag(ours, *name.split(":"))
        tagged.append(name)
    yield list(TAGS.values())
    for name in tagged:
        engine.client.remove_image(name, noprune=True)


def flags(bases: list[str]) -> list[str]:
    return [flag for base in bases for flag in ("--base", base)]


def report_of(text: str) -> Any:
    document = json.loads(text)
    jsonschema.validate(document, json.loads(schema_text()))
    return document


@pytest.mark.docker
@pytest.mark.go
@pytest.mark.parametrize(
    ("fixture", "cgo", "started"),
    [
        ("hello", "0", [True, True, True, True]),
        ("rng", "0", [True, True, True, True]),
        ("tmpfile", "0", [True, True, True, True]),
        ("users", "0", [True, True, True, True]),
    ],
)
def test_in_the_images_of_an_engine_every_start_is_as_predicted(
    named_images: list[str], build_fixture: Build, fixture: str, cgo: str, started: list[bool]
) -> None:
    program = build_fixture(fixture, CGO_ENABLED=cgo)
    bases = ["scratch", *named_images]
    done = linkcheck("verify", program, *flags(bases), "--seconds", "2", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    (subject,) = report_of(done.stdout)["subjects"]
    assert [t["base"] for t in subject["trials"]] == bases
    assert [t["observed"] == "started" for t in subject["trials"]] == started
    assert [t["agrees"] for t in subject["trials"]] == [True] * len(bases)


@pytest.mark.docker
@pytest.mark.go
def test_a_dynamic_program_is_refused_where_that_was_predicted(
    named_images: list[str], build_fixture: Build
) -> None:
    program = build_fixture("dnslookup", CGO_ENABLED="1")
    alpine, _, static = named_images
    bases = flags(["scratch", alpine, static])
    done = linkcheck("verify", program, *bases)
    assert done.returncode == 0
    assert done.stdout.count("exec /app: no such file") == 3
    assert "3 of 3 starts as predicted" in done.stdout


@pytest.mark.testbed
@pytest.mark.go
def test_without_an_engine_root_file_systems_and_scratch_are_tried(
    bwrap: None, root: Root, build_fixture: Build
) -> None:
    program = build_fixture("hello")
    bases = flags([f"dir:{root('debian-12')}", f"dir:{root('alpine-3.23')}", "scratch"])
    done = linkcheck("verify", program, *bases, DOCKER_HOST=NOWHERE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 of 3 starts as predicted" in done.stdout


@pytest.mark.go
def test_without_an_engine_the_usual_images_are_rows_that_say_so(
    bwrap: None, build_fixture: Build
) -> None:
    done = linkcheck("verify", build_fixture("hello"), DOCKER_HOST=NOWHERE)
    assert (done.returncode, done.stderr) == (0, "")
    text = " ".join(done.stdout.split())
    assert "1 of 1 starts as predicted" in text
    assert "no engine to hold such an image: no Docker Engine answers" in text


@pytest.mark.go
def test_with_nothing_to_start_it_in_the_exit_code_is_3(
    build_fixture: Build, tmp_path: Path
) -> None:
    program = build_fixture("hello")
    done = linkcheck(
        "verify", program, "--base", "scratch", DOCKER_HOST=NOWHERE, PATH=str(tmp_path)
    )
    assert done.returncode == 3
    text = " ".join(done.stdout.split())
    assert "nothing to start programs with: no Docker Engine answers" in text
    assert "apt-get install bubblewrap" in text


@pytest.mark.docker
@pytest.mark.go
def test_a_named_image_that_can_not_be_had_is_told_and_the_exit_code_is_3(
    build_fixture: Build, engine: Engine
) -> None:
    name = "alpine:3.6"
    if engine.image(name) is not None:
        pytest.skip(f"the engine has {name}")
    done = linkcheck("verify", build_fixture("hello"), "--base", "scratch", "--base", name)
    assert done.returncode in (0, 3)  # 0 where a registry can be reached
    if done.returncode == 3:
        assert f"pulling {name}" in done.stderr
        assert "can't be pulled" in " ".join(done.stdout.split())
        assert "1 of 1 starts as predicted, 1 not tried" in done.stdout


@pytest.mark.testbed
@pytest.mark.go
def test_arguments_behind_two_dashes_are_the_programs(
    bwrap: None, build_fixture: Build, root: Root
) -> None:
    program = build_fixture("httpsget")
    base = f"dir:{root('debian-12')}"
    done = linkcheck(
        "verify",
        program,
        "--base",
        base,
        "--format",
        "json",
        "--",
        "--self-test",
        DOCKER_HOST=NOWHERE,
    )
    assert done.returncode == 0
    (trial,) = report_of(done.stdout)["subjects"][0]["trials"]
    assert trial["exit_code"] == 3  # no CA certificates: it started, and degraded was predicted
    assert trial["agrees"] is True


def test_what_is_no_program_no_base_or_no_time_is_exit_code_2(tmp_path: Path) -> None:
    assert linkcheck("verify", tmp_path / "none").returncode == 2
    (tmp_path / "text").write_text("text\n")
    done = linkcheck("verify", tmp_path / "text")
    assert (done.returncode, done.stdout) == (2, "")
    assert linkcheck("verify", "/bin/true", "--base", "no-such:1").returncode == 2
    assert linkcheck("verify", "/bin/true", "--seconds", "0").returncode == 2


STARTED = Trial("scratch", "started", 0, "", True)
MISSING = Trial("alpine:3.23", "error", None, "not here", None)


@pytest.mark.parametrize(
    ("trials", "named", "code"),
    [
        ([STARTED], True, 0),
        ([STARTED, MISSING], False, 0),
        ([STARTED, MISSING], True, 3),
        ([MISSING], False, 3),
        ([], False, 3),
        ([STARTED._replace(agrees=None)], True, 0),
        ([STARTED, STARTED._replace(agrees=False)], True, 1),
        ([MISSING, STARTED._replace(agrees=False)], True, 1),
    ],
)
def test_the_exit_code_tells_a_wrong_verdict_from_a_missing_base(
    trials: list[Trial], named: bool, code: int
) -> None:
    assert verified(trials, named=named) == code


@pytest.mark.docker
@pytest.mark.go
def test_a_matrix_starts_each_build_in_each_base(
    named_images: list[str], go_toolchain: Path, tmp_path: Path
) -> None:
    bases = ["scratch", *named_images]
    done = linkcheck(
        "matrix",
        PROJECT / "fixtures" / "hello",
        "--verify",
        "--builder",
        "local",
        "--recipe",
        "cgo-off",
        "--format",
        "json",
        *flags(bases),
        PATH=f"{go_toolchain.parent}{os.pathsep}{os.environ['PATH']}",
    )
    assert done.returncode == 0, done.stderr
    document = report_of(done.stdout)
    (build,) = document["builds"]
    assert [t["base"] for t in build["trials"]] == bases
    assert [t["agrees"] for t in build["trials"]] == [True] * len(bases)
    assert "trials" not in document["subjects"][0]
