"""The matrix over builders that end in every way a real one can."""

from __future__ import annotations

import _thread
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.build.builder import BuiltBinary, NotBuilt, Outcome
from linkcheck.build.platforms import Platform
from linkcheck.build.recipes import Recipe
from linkcheck.build.source import Source
from linkcheck.errors import MalformedBinaryError, UsageError
from linkcheck.model.facts import BinaryFacts, LibcFacts
from linkcheck.model.provides import BaseImage, Provides
from linkcheck.model.report import Report, Subject
from linkcheck.model.verdicts import Recommendation
from linkcheck.pipeline.matrix import MatrixInterruptedError, run_matrix

RECIPES = ["default", "netgo", "cgo-off"]


class Scripted:
    """A builder that does what `script` says for each recipe, else writes a file."""

    name = "scripted"
    platform = Platform("linux", "amd64")

    def __init__(self, **script: Callable[[], Outcome]) -> None:
        self._script = script
        self.cancelled = threading.Event()
        self.order: list[str] = []

    def describe(self) -> str:
        return "a script"

    def go_version(self) -> str | None:
        return "go1.99"

    def build(self, recipe: Recipe, source: Source, platform: Platform, into: Path) -> Outcome:
        assert platform == self.platform
        self.order.append(recipe.name)
        if recipe.name.replace("-", "_") in self._script:
            return self._script[recipe.name.replace("-", "_")]()
        into.mkdir(parents=True)
        (into / source.name).write_text(recipe.name)
        return BuiltBinary(into / source.name, "a warning")

    def cancel(self) -> None:
        self.cancelled.set()

    def close(self) -> None:
        pytest.fail("who gave the builder closes it")


class Base:
    image = BaseImage("scratch", "scratch", "scratch", Provides(size=1000), "catalog")


def analyze(path: Path) -> Subject:
    facts = BinaryFacts(str(path), 7, "elf", "linux/amd64", LibcFacts("none"))
    return Subject(facts, (), (), (), Recommendation("scratch", ()))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "go.mod").write_text("module example.com/app\n")
    (folder / "main.go").write_text("package main\n")
    return folder


def run(
    source: Path,
    builder: Scripted,
    out: Path | None = None,
    judge: Callable[[Path], Subject] = analyze,
    said: list[str] | None = None,
) -> Report:
    return run_matrix(
        source,
        recipes=RECIPES,
        platform=None,
        builder=builder,
        image=None,
        out=out,
        bases=[Base()],
        analyze=judge,
        progress=(said if said is not None else []).append,
    )


def test_each_recipe_is_a_row_in_the_order_asked_for_with_its_program_judged(
    source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    report = run(source, Scripted(), out)
    assert report.builds is not None
    assert [(b.recipe, b.status, b.subject) for b in report.builds] == [
        ("default", "ok", 0),
        ("netgo", "ok", 1),
        ("cgo-off", "ok", 2),
    ]
    first = report.builds[0]
    assert first.path == str(out / "linux_amd64" / "default" / "app")
    assert Path(first.path).read_text() == "default"
    assert (first.platform, first.go, first.log_tail) == ("linux/amd64", "go1.99", "a warning")
    assert first.image_size == 1007
    assert report.subjects[0].facts.path == first.path
    assert report.notices == ("building with a script",)


def test_a_recipe_that_can_not_be_built_is_a_row_with_its_reason_and_stops_no_other(
    source: Path,
) -> None:
    failed = NotBuilt("failed", "main.go:1: no", "# app\nmain.go:1: no")
    skipped = NotBuilt("skipped", "no C compiler", "")
    said: list[str] = []
    report = run(source, Scripted(default=lambda: failed, netgo=lambda: skipped), said=said)
    assert report.builds is not None
    assert [(b.status, b.log_tail, b.subject) for b in report.builds] == [
        ("failed", "main.go:1: no\n# app\nmain.go:1: no", None),
        ("skipped", "no C compiler", None),
        ("ok", "a warning", 0),
    ]
    assert "default: failed: main.go:1: no" in said
    assert report.errors == ()


def test_a_bug_in_one_cell_is_told_and_the_others_survive_it(source: Path) -> None:
    def broken() -> Outcome:
        raise RuntimeError("boom")

    report = run(source, Scripted(netgo=broken))
    assert report.builds is not None
    assert [b.status for b in report.builds] == ["ok", "failed", "ok"]
    assert [(e.path, e.message) for e in report.errors] == [("netgo", "RuntimeError: boom")]


def test_a_program_that_can_not_be_judged_is_an_error_and_its_build_stays(source: Path) -> None:
    def judge(path: Path) -> Subject:
        if path.parent.name == "netgo":
            raise MalformedBinaryError("odd header")
        return analyze(path)

    report = run(source, Scripted(), judge=judge)
    assert report.builds is not None
    assert [(b.status, b.subject) for b in report.builds] == [("ok", 0), ("ok", None), ("ok", 1)]
    assert [(e.path, e.message) for e in report.errors] == [("linux_amd64/netgo/app", "odd header")]


def test_without_an_output_folder_no_program_and_no_passing_path_is_left(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    report = run(source, Scripted())
    assert report.builds is not None
    assert {build.path for build in report.builds} == {None}
    assert [s.facts.path for s in report.subjects] == [
        f"linux_amd64/{recipe}/app" for recipe in RECIPES
    ]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_program_of_an_earlier_run_does_not_pass_for_one_that_now_fails(
    source: Path, tmp_path: Path
) -> None:
    old = tmp_path / "out" / "linux_amd64" / "netgo" / "app"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    run(source, Scripted(netgo=lambda: NotBuilt("failed", "no")), tmp_path / "out")
    assert not old.exists()


def test_ctrl_c_reports_the_finished_cells_and_cancels_the_rest(source: Path) -> None:
    builder = Scripted()

    def cancelled() -> Outcome:
        assert builder.cancelled.wait(20)
        return NotBuilt("skipped", "interrupted")

    def until_cancelled() -> Outcome:
        _thread.interrupt_main()
        return cancelled()

    builder._script["netgo"] = until_cancelled
    builder._script["cgo_off"] = cancelled
    with pytest.raises(MatrixInterruptedError) as caught:
        run(source, builder)
    assert caught.value.exit_code == 130
    builds = caught.value.report.builds
    assert builds is not None
    assert [(b.recipe, b.status) for b in builds] == [
        ("default", "ok"),
        ("netgo", "skipped"),
        ("cgo-off", "skipped"),
    ]
    assert builds[1].log_tail == "interrupted"
    assert len(caught.value.report.subjects) == 1


def test_the_first_recipe_is_built_alone_so_that_the_others_find_its_cache(source: Path) -> None:
    builder = Scripted()
    run(source, builder)
    assert builder.order[0] == "default"


def test_an_output_folder_that_can_not_be_made_is_said_before_anything_is_built(
    source: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    builder = Scripted()
    with pytest.raises(UsageError, match=r"can't write to .*--out"):
        run(source, builder, tmp_path / "file" / "out")
    assert builder.order == []


def test_a_folder_outside_of_any_module_is_built_and_that_is_noted(source: Path) -> None:
    (source / "go.mod").unlink()
    report = run(source, Scripted())
    assert "go mod init" in report.notices[1]
