"""Plans for BuildKit: what stands in the file, and that buildx really builds it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from linkcheck.build.bake import BakeCell, bake_file
from linkcheck.build.bake_builder import BakeBuilder
from linkcheck.build.builder import BuiltBinary, NotBuilt
from linkcheck.build.platforms import Platform, linux_platform, parse_platform
from linkcheck.build.recipes import select_recipes
from linkcheck.build.remote import parse_remote
from linkcheck.build.results import CELL, EXIT_CODE, LOG, SECONDS, read_result
from linkcheck.build.source import Source
from linkcheck.engine.engine import Image
from linkcheck.errors import MissingToolError, UsageError

Find = Callable[[str], Source]


def target(cell: BakeCell, **settings: str) -> dict[str, Any]:
    document = json.loads(bake_file([cell], settings))
    assert document["group"]["default"]["targets"] == [cell.target]
    found: dict[str, Any] = document["target"][cell.target]
    return found


def command(dockerfile: str) -> list[str]:
    (line,) = (line for line in dockerfile.splitlines() if line.startswith("RUN "))
    found: list[str] = json.loads(line[line.index("[") :])
    return found


def cell(source: Any, recipe: str, platform: str = "linux/amd64") -> BakeCell:
    chosen = select_recipes([recipe])[0]
    return BakeCell(source, chosen, parse_platform(platform), "golang:1.27-bookworm", Path("/o"))


def test_a_cell_is_a_target_with_its_tree_as_context_and_its_results_as_output(
    fixture_source: Find,
) -> None:
    source = fixture_source("hello")
    made = target(cell(source, "pie"), GOPROXY="off")
    assert made["context"] == str(source.tree)
    assert made["output"] == ["type=local,dest=/o"]
    lines = made["dockerfile-inline"].splitlines()
    assert lines[0] == "FROM golang:1.27-bookworm AS build"
    assert lines[-1] == "COPY --from=build /linkcheck.out/ /"
    words = command(made["dockerfile-inline"])
    assert {"GOPROXY=off", "CGO_ENABLED=1", "GOARCH=amd64", "-buildmode=pie"} <= set(words)
    assert words[-3:] == ["-o", "/linkcheck.out/work/program", "."]


def test_nothing_in_it_is_taken_for_a_template(fixture_source: Find) -> None:
    text = bake_file([cell(fixture_source("hello"), "default")], {"GOFLAGS": "-tags=${X}%{if}"})
    assert "$${X}%%{if}" in text
    assert "$${CC:-gcc}" in text


def test_cgo_off_looks_for_no_compiler_and_another_cpu_for_a_cross_one(
    fixture_source: Find,
) -> None:
    source = fixture_source("hello")
    off = command(target(cell(source, "cgo-off"))["dockerfile-inline"])
    assert off[5:8] == ["linux/amd64", "", ""]
    arm = command(target(cell(source, "musl", "linux/arm64"))["dockerfile-inline"])
    assert arm[5:8] == ["linux/arm64", "musl", "aarch64-linux-musl-gcc"]


def test_a_remote_program_has_no_context() -> None:
    made = target(cell(parse_remote("example.com/tool@v1.0.0"), "cgo-off"))
    assert "context" not in made
    assert command(made["dockerfile-inline"])[-1] == "example.com/tool@v1.0.0"


def test_targets_of_several_go_releases_have_names_of_their_own(fixture_source: Find) -> None:
    source = fixture_source("hello")
    plain = cell(source, "cgo-off")
    again = BakeCell(source, plain.recipe, plain.platform, "golang:1.26", Path("/p"), "go1.26")
    targets = json.loads(bake_file([plain, again], {}))["target"]
    assert list(targets) == ["hello_cgo-off_linux_amd64", "hello_cgo-off_linux_amd64_go1-26"]


def _results(folder: Path, exit_code: str = "0", log: str = "", program: bool = True) -> Path:
    told = {
        "recipe": "default", "platform": "linux/amd64", "name": "app", "cgo": True,
        "shippable": True,
    }  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / CELL).write_text(json.dumps(told))
    for name, text in ((EXIT_CODE, exit_code), (SECONDS, "3"), (LOG, log)):
        (folder / name).write_text(text)
    if program:
        (folder / "app").write_text("program")
    return folder


def test_results_of_a_target_are_read_as_an_outcome(tmp_path: Path) -> None:
    result = read_result(_results(tmp_path, log="a warning"))
    assert result.outcome == BuiltBinary(tmp_path / "app", "a warning")
    assert (result.recipe, result.platform, result.seconds) == ("default", "linux/amd64", 3.0)


@pytest.mark.parametrize(
    ("log", "status", "cause"),
    [
        ("./main.go:9:2: undefined: missing", "failed", "./main.go:9:2: undefined: missing"),
        ('cgo: C compiler "musl-gcc" not found: exec', "skipped", "no C compiler musl-gcc"),
        (
            'cgo: C compiler "gcc" not found: exec',
            "skipped",
            "no C compiler in the builder's image",
        ),
    ],
)
def test_a_failed_target_has_a_cause(tmp_path: Path, log: str, status: str, cause: str) -> None:
    outcome = read_result(_results(tmp_path, "1", log, program=False)).outcome
    assert isinstance(outcome, NotBuilt)
    assert (outcome.status, outcome.cause) == (status, cause)


def test_a_program_that_went_missing_is_no_success(tmp_path: Path) -> None:
    outcome = read_result(_results(tmp_path, program=False)).outcome
    assert isinstance(outcome, NotBuilt)


@pytest.mark.parametrize("broken", [CELL, EXIT_CODE, SECONDS])
def test_broken_results_are_refused_with_their_folder(tmp_path: Path, broken: str) -> None:
    (_results(tmp_path) / broken).write_text("[]")
    with pytest.raises(UsageError, match=f"{tmp_path} holds no results of a build"):
        read_result(tmp_path)


def test_without_buildx_there_is_no_bake_builder(tmp_path: Path) -> None:
    (tmp_path / "docker").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "docker").chmod(0o755)
    for path in ("", str(tmp_path)):
        with pytest.raises(MissingToolError, match="no `docker buildx` here: install"):
            BakeBuilder(environ={"PATH": path, "HOME": str(tmp_path)})


@pytest.fixture
def bake(buildx: list[str], golang: Image) -> BakeBuilder:
    return BakeBuilder(image=golang.ref, environ=os.environ)


@pytest.mark.docker
def test_buildx_builds_a_cell_and_tells_a_compilers_reason(
    bake: BakeBuilder, fixture_source: Find, tmp_path: Path
) -> None:
    (default,), (off,) = select_recipes(["default"]), select_recipes(["cgo-off"])
    source = fixture_source("cgomath")
    built = bake.build(default, source, linux_platform(), tmp_path / "default")
    assert isinstance(built, BuiltBinary), built
    assert list((tmp_path / "default").iterdir()) == [built.path]
    subprocess.run([built.path], check=True, capture_output=True)
    failed = bake.build(off, source, linux_platform(), tmp_path / "off")
    assert isinstance(failed, NotBuilt)
    assert f"exclude all Go files in {source.tree} (it calls C" in failed.cause
    other = bake.build(off, fixture_source("hello"), Platform("linux", "s390x"), tmp_path / "x")
    assert isinstance(other, BuiltBinary), other
