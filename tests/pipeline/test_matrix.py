"""The matrix over builders that end in every way a real one can."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.build.builder import BuiltBinary, Capacity, NotBuilt, Outcome, Program
from linkcheck.build.extras import Extras
from linkcheck.build.platforms import Platform
from linkcheck.build.recipes import Recipe
from linkcheck.build.reuse import Store
from linkcheck.errors import MalformedBinaryError, UsageError
from linkcheck.model.facts import BinaryFacts, LibcFacts
from linkcheck.model.provides import BaseImage, Provides
from linkcheck.model.report import Report, Subject
from linkcheck.model.verdicts import Recommendation
from linkcheck.pipeline.matrix import MatrixInterruptedError, run_matrix
from linkcheck.pipeline.plan import go_releases, make_plan

RECIPES = ["default", "netgo", "cgo-off"]


class Scripted:
    """A builder that does what `script` says for each recipe, else writes a file."""

    name = "scripted"
    platform = Platform("linux", "amd64")

    def __init__(self, **script: Callable[[], Outcome]) -> None:
        self._script = script
        self.cancelled = threading.Event()
        self.order: list[str] = []
        self.toolchain: str | None = "go1.99 of a script"

    def describe(self) -> str:
        return "a script"

    def go_version(self) -> str | None:
        return "go1.99"

    def capacity(self) -> Capacity:
        return Capacity(2)

    def inputs(self, recipe: Recipe, platform: Platform) -> str | None:  # noqa: ARG002 -- protocol
        return self.toolchain

    def build(self, recipe: Recipe, source: Program, platform: Platform, into: Path) -> Outcome:
        assert platform.arch in {"amd64", "arm64"}
        self.order.append(recipe.name)
        if recipe.name.replace("-", "_") in self._script:
            return self._script[recipe.name.replace("-", "_")]()
        into.mkdir(parents=True, exist_ok=True)
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
    store: Store | None = None,
    fresh: bool = False,
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
        store=store,
        fresh=fresh,
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
        os.kill(os.getpid(), signal.SIGINT)  # as a terminal does: it wakes the main thread
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


def test_what_is_compiled_for_several_recipes_is_compiled_once_and_then_found(
    source: Path,
) -> None:
    """Go's cache has no lock: two builds at once would both compile the standard library."""
    builder = Overlapping()
    recipes = ["default", "netgo", "netgo-only", "pie", "static-glibc", "cgo-off"]
    plan = make_plan(source, recipes=recipes, platforms=())
    run_matrix(
        plan,
        builder=builder,
        image=None,
        out=None,
        bases=[Base()],
        analyze=analyze,
        progress=lambda _: None,
    )
    assert "pie" in list(builder.beside)[1:3]  # in the order of their starts, two at once
    assert sorted(builder.order) == sorted(recipes)
    assert builder.beside["default"] == set()  # all others take something from it
    assert "netgo" not in builder.beside["netgo-only"]  # net is compiled in the same way
    assert builder.beside["pie"]  # has nothing in common with the others


class Overlapping(Scripted):
    """Tells which builds ran beside each other; each takes a moment, pie the longest."""

    def __init__(self) -> None:
        super().__init__()
        self.beside: dict[str, set[str]] = {}
        self._running: set[str] = set()
        self._lock = threading.Lock()

    def build(self, recipe: Recipe, source: Program, platform: Platform, into: Path) -> Outcome:
        with self._lock:
            self.beside[recipe.name] = set(self._running)
            for other in self._running:
                self.beside[other].add(recipe.name)
            self._running.add(recipe.name)
        time.sleep(0.2 if recipe.name == "pie" else 0.05)
        with self._lock:
            self._running.discard(recipe.name)
        return super().build(recipe, source, platform, into)


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


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store({"XDG_CACHE_HOME": str(tmp_path / "cache")})


def test_what_did_not_change_is_taken_from_the_last_run_with_its_real_seconds(
    source: Path, tmp_path: Path, store: Store
) -> None:
    first = run(source, Scripted(), tmp_path / "out", store=store)
    again = Scripted()
    said: list[str] = []
    second = run(source, again, tmp_path / "elsewhere", store=store, said=said)
    assert again.order == []
    assert first.builds is not None
    assert second.builds is not None
    for old, new in zip(first.builds, second.builds, strict=True):
        assert (new.status, new.seconds, new.log_tail) == ("ok", old.seconds, old.log_tail)
        assert new.notes == ("unchanged: taken from an earlier run",)
        assert Path(str(new.path)).read_text() == new.recipe
    assert said[1].startswith("default: unchanged, built in ")
    assert len(second.subjects) == 3


@pytest.mark.parametrize("what", ["source", "toolchain", "fresh", "untold"])
def test_what_changed_is_built_again(source: Path, tmp_path: Path, store: Store, what: str) -> None:
    run(source, Scripted(), store=store)
    again = Scripted()
    if what == "source":
        (source / "data.txt").write_text("embedded")
    if what == "toolchain":
        again.toolchain = "go1.100"
    if what == "untold":
        again.toolchain = None
    run(source, again, store=store, fresh=what == "fresh")
    assert sorted(again.order) == sorted(RECIPES)


def test_only_the_cells_of_an_edited_recipe_are_built_again(source: Path, store: Store) -> None:
    run(source, Scripted(), store=store)
    again = Scripted()
    plan = make_plan(source, recipes=RECIPES, extras=Extras(tags=("x",)))
    run_matrix(
        plan, builder=again, image=None, out=None, bases=[], analyze=analyze,
        progress=lambda _: None, store=store,
    )  # fmt: skip
    assert len(again.order) == 3
    third = Scripted()
    run(source, third, store=store)
    assert third.order == []


def test_a_failure_that_would_come_again_is_remembered_and_one_that_passes_is_not(
    source: Path, store: Store
) -> None:
    script: dict[str, Callable[[], Outcome]] = {
        "default": lambda: NotBuilt("failed", "main.go:1: no", "log", lasting=True),
        "netgo": lambda: NotBuilt("failed", "the disk is full"),
    }
    run(source, Scripted(**script), store=store)
    again = Scripted(**script)
    report = run(source, again, store=store)
    assert again.order == ["netgo"]
    assert report.builds is not None
    assert report.builds[0].log_tail == "main.go:1: no\nlog"


def test_a_source_that_is_edited_during_the_build_is_not_taken_for_what_was_built(
    source: Path, store: Store
) -> None:
    def edited() -> Outcome:
        (source / "main.go").write_text("package main // edited\n")
        return NotBuilt("failed", "no", lasting=True)

    run(source, Scripted(default=edited), store=store)
    again = Scripted()
    run(source, again, store=store)
    assert sorted(again.order) == sorted(RECIPES)


def test_a_stored_program_that_was_damaged_is_built_again(
    source: Path, tmp_path: Path, store: Store
) -> None:
    run(source, Scripted(), store=store)
    for program in (tmp_path / "cache" / "linkcheck" / "cells").glob("*.bin"):
        program.write_text("damaged")
    again = Scripted()
    run(source, again, store=store)
    assert len(again.order) == 3


def test_the_store_keeps_to_its_limit_and_forgets_the_oldest(source: Path, tmp_path: Path) -> None:
    tiny = Store({"XDG_CACHE_HOME": str(tmp_path / "cache")}, limit=1)
    run(source, Scripted(), store=tiny)
    assert list((tmp_path / "cache" / "linkcheck" / "cells").iterdir()) == []


def test_an_output_folder_inside_of_the_source_does_not_count_as_a_change(
    source: Path, store: Store
) -> None:
    run(source, Scripted(), source / "out", store=store)
    again = Scripted()
    run(source, again, source / "out", store=store)
    assert again.order == []


def test_several_programs_and_platforms_are_cells_of_one_matrix(source: Path) -> None:
    for name in ("a", "b"):
        (source / "cmd" / name).mkdir(parents=True)
        (source / "cmd" / name / "main.go").write_text("package main\n")
    plan = make_plan(
        source,
        recipes=["cgo-off,default"],
        platforms=["linux/amd64,linux/arm64", "darwin/arm64"],
        mains=["a", "cmd/b"],
    )
    report = run_matrix(
        plan, builder=Scripted(), image=None, out=None, bases=[], analyze=analyze,
        progress=lambda _: None,
    )  # fmt: skip
    assert report.builds is not None
    assert [(b.platform, b.name, b.recipe) for b in report.builds] == [
        (platform, name, recipe)
        for platform in ("linux/amd64", "linux/arm64", "darwin/arm64")
        for name in ("a", "b")
        for recipe in ("cgo-off", "default")
    ]
    assert report.subjects[-1].facts.path == "darwin_arm64/default/b"


def test_main_packages_that_are_left_out_are_told(source: Path) -> None:
    (source / "tools").mkdir()
    (source / "tools" / "main.go").write_text("package main\n")
    (notice,) = make_plan(source).notices
    assert "below it are 1 more (tools): --main ./... builds all" in notice
    assert make_plan(source, mains=["./..."]).notices == ()


def test_a_recipe_that_is_for_tests_only_says_so_in_its_row(source: Path) -> None:
    plan = make_plan(source, recipes=["race"])
    report = run_matrix(
        plan, builder=Scripted(), image=None, out=None, bases=[], analyze=analyze,
        progress=lambda _: None,
    )  # fmt: skip
    assert report.builds is not None
    assert report.builds[0].notes == ("for tests only: not to be shipped",)
    assert not report.builds[0].shippable


@pytest.mark.parametrize(
    ("texts", "releases"),
    [(["1.26,1.27"], ("1.26", "1.27")), (["go1.27.3", "1.27.3", "1.28rc1"], ("1.27.3", "1.28rc1"))],
)
def test_go_releases_are_comma_separated_or_repeated(
    texts: list[str], releases: tuple[str, ...]
) -> None:
    assert go_releases(texts) == releases


@pytest.mark.parametrize("text", ["latest", "1", "1.x", "1.26-alpine"])
def test_what_is_no_go_release_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"no Go release: write --go"):
        go_releases([text])


def test_a_main_package_of_a_module_path_is_named_in_the_path(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"name the package itself: example\.com/x"):
        make_plan("example.com/x", mains=["cmd"])
    (program,) = make_plan("example.com/x/cmd/tool@v1.0.0").programs
    assert program.name == "tool"
