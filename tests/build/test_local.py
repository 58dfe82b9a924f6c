"""The local builder on real Go; `go version -m` is the reference for what a build was."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.build.builder import BuiltBinary, NotBuilt
from linkcheck.build.local import LocalBuilder
from linkcheck.build.platforms import Platform
from linkcheck.build.recipes import select_recipes
from linkcheck.build.source import Source, locate
from linkcheck.errors import MissingToolError

pytestmark = pytest.mark.go
Find = Callable[[str], Source]
EXPECTED = {
    "default": {"CGO_ENABLED=1"},
    "netgo": {"CGO_ENABLED=1", "-tags=netgo,osusergo"},
    "cgo-off": {"CGO_ENABLED=0"},
    "static-glibc": {"CGO_ENABLED=1"},
    "pie": {"CGO_ENABLED=1", "-buildmode=pie"},
}


def settings(go: Path, program: Path) -> set[str]:
    shown = subprocess.run(
        [go, "version", "-m", program], capture_output=True, text=True, check=True
    )
    lines = (line.split("\t") for line in shown.stdout.splitlines())
    return {line[2] for line in lines if len(line) > 2 and line[1] == "build"}


def build(builder: LocalBuilder, source: Source, recipe: str, into: Path) -> BuiltBinary | NotBuilt:
    return builder.build(select_recipes([recipe])[0], source, builder.platform, into)


@pytest.mark.parametrize("recipe", EXPECTED)
def test_a_program_is_built_as_its_recipe_says(
    local_builder: LocalBuilder,
    fixture_source: Find,
    go_toolchain: Path,
    tmp_path: Path,
    recipe: str,
) -> None:
    outcome = build(local_builder, fixture_source("dnslookup"), recipe, tmp_path)
    if isinstance(outcome, NotBuilt) and outcome.status == "skipped":
        pytest.skip(outcome.cause)
    assert isinstance(outcome, BuiltBinary)
    assert list(tmp_path.iterdir()) == [tmp_path / "dnslookup"]
    found = settings(go_toolchain, outcome.path)
    assert EXPECTED[recipe] | {"-trimpath=true", "GOOS=linux"} <= found
    assert not {line for line in found if line.startswith("vcs")}


def test_the_same_source_gives_the_same_bytes(
    local_builder: LocalBuilder, fixture_source: Find, tmp_path: Path
) -> None:
    source = fixture_source("hello")
    programs = [build(local_builder, source, "cgo-off", tmp_path / n) for n in ("a", "b")]
    first, second = (p.path.read_bytes() for p in programs if isinstance(p, BuiltBinary))
    assert first == second


def test_cgo_off_with_a_cgo_only_package_is_a_failure_with_the_compilers_reason(
    local_builder: LocalBuilder, fixture_source: Find, tmp_path: Path
) -> None:
    outcome = build(local_builder, fixture_source("cgomath"), "cgo-off", tmp_path)
    assert isinstance(outcome, NotBuilt)
    assert outcome.status == "failed"
    assert "build constraints exclude all Go files" in outcome.cause
    assert outcome.cause.endswith("(it calls C, and cgo is off)")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_into_the_source(local_builder: LocalBuilder, tmp_path: Path) -> None:
    top = tmp_path / "src"
    top.mkdir()
    (top / "go.mod").write_text("module example.com/x\n\ngo 1.21\n")
    (top / "main.go").write_text("package main\n\nfunc main() {}\n")
    top.chmod(0o555)
    outcome = build(local_builder, locate(top), "cgo-off", tmp_path / "out")
    assert isinstance(outcome, BuiltBinary)
    assert sorted(path.name for path in top.iterdir()) == ["go.mod", "main.go"]
    assert (top / "go.mod").read_text() == "module example.com/x\n\ngo 1.21\n"


def test_a_program_outside_of_any_module_is_built(
    local_builder: LocalBuilder, tmp_path: Path
) -> None:
    (tmp_path / "main.go").write_text("package main\n\nfunc main() { println(1) }\n")
    outcome = build(local_builder, locate(tmp_path), "cgo-off", tmp_path / "out")
    assert isinstance(outcome, BuiltBinary)


def test_an_import_that_needs_a_go_mod_says_how_to_get_one(
    local_builder: LocalBuilder, tmp_path: Path
) -> None:
    (tmp_path / "main.go").write_text(
        'package main\n\nimport _ "example.com/x"\n\nfunc main() {}\n'
    )
    outcome = build(local_builder, locate(tmp_path), "cgo-off", tmp_path / "out")
    assert isinstance(outcome, NotBuilt)
    assert "go mod init" in outcome.cause


@pytest.fixture
def without_cc(go_toolchain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalBuilder:
    """A machine with Go, and with neither a C compiler nor zig."""
    tools = tmp_path / "only go"
    tools.mkdir()
    (tools / "go").symlink_to(go_toolchain)
    monkeypatch.setattr(sys, "path", [])
    environ = {name: value for name, value in os.environ.items() if name != "CC"}
    return LocalBuilder(environ={**environ, "PATH": str(tools)})


def test_without_a_c_compiler_a_recipe_that_needs_one_is_skipped_and_says_so(
    without_cc: LocalBuilder, fixture_source: Find, tmp_path: Path
) -> None:
    assert "no C compiler" in without_cc.describe()
    for name, recipe in (
        ("cgomath", "default"),
        ("dnslookup", "default"),
        ("hello", "static-glibc"),
    ):
        outcome = build(without_cc, fixture_source(name), recipe, tmp_path / "out")
        assert isinstance(outcome, NotBuilt), (name, recipe)
        assert outcome.status == "skipped"
        assert outcome.cause.startswith("no C compiler for linux/")
        assert "pip install 'linkcheck[zig]'" in outcome.cause


def test_without_a_c_compiler_a_program_with_no_use_for_one_is_built_and_that_is_said(
    without_cc: LocalBuilder, fixture_source: Find, go_toolchain: Path, tmp_path: Path
) -> None:
    outcome = build(without_cc, fixture_source("hello"), "default", tmp_path / "out")
    assert isinstance(outcome, BuiltBinary)
    assert outcome.log_tail == (
        "there was no C compiler, and none was needed: no package of it uses cgo"
    )
    assert "CGO_ENABLED=1" in settings(go_toolchain, outcome.path)


def test_another_platform_is_cross_compiled(
    local_builder: LocalBuilder, fixture_source: Find, go_toolchain: Path, tmp_path: Path
) -> None:
    (recipe,) = select_recipes(["cgo-off"])
    target = Platform("linux", "arm64" if local_builder.platform.arch != "arm64" else "amd64")
    outcome = local_builder.build(recipe, fixture_source("hello"), target, tmp_path)
    assert isinstance(outcome, BuiltBinary)
    assert f"GOARCH={target.arch}" in settings(go_toolchain, outcome.path)


def test_a_build_that_takes_too_long_fails_in_words(
    go_toolchain: Path, fixture_source: Find, tmp_path: Path
) -> None:
    path = f"{go_toolchain.parent}{os.pathsep}{os.environ['PATH']}"
    cold = {**os.environ, "PATH": path, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    slow = LocalBuilder(environ=cold, timeout=0.5)
    outcome = build(slow, fixture_source("hello"), "cgo-off", tmp_path / "out")
    assert isinstance(outcome, NotBuilt)
    assert (outcome.status, outcome.cause) == ("failed", "took more than 0.5 s")
    assert not (tmp_path / "out").exists()
    assert list((tmp_path / "cache" / "linkcheck" / "scratch").iterdir()) == []


def test_a_cancelled_build_ends_at_once_and_leaves_nothing(
    go_toolchain: Path, fixture_source: Find, tmp_path: Path
) -> None:
    path = f"{go_toolchain.parent}{os.pathsep}{os.environ['PATH']}"
    cold = {**os.environ, "PATH": path, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    builder = LocalBuilder(environ=cold)
    threading.Timer(1.0, builder.cancel).start()
    begun = time.monotonic()
    outcome = build(builder, fixture_source("hello"), "cgo-off", tmp_path / "out")
    assert outcome == NotBuilt("skipped", "interrupted", outcome.log_tail)
    assert time.monotonic() - begun < 8
    assert list((tmp_path / "cache" / "linkcheck" / "scratch").iterdir()) == []


def test_a_machine_without_go_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(MissingToolError, match=r"no Go toolchain.*linkcheck\[go\]"):
        LocalBuilder(environ={"PATH": ""})


def test_a_go_that_does_not_work_is_told_from_one_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "go").write_text("#!/bin/sh\necho broken; exit 7\n")
    (tmp_path / "go").chmod(0o755)
    with pytest.raises(MissingToolError, match="does not work: broken"):
        LocalBuilder(environ={"PATH": str(tmp_path), "HOME": str(tmp_path)})
