"""Every way to ship a program: by size, with a price, and started where that can be done."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.errors import UsageError
from linkcheck.images.catalog import load_catalog
from linkcheck.model.needs import Need, NeedKind
from linkcheck.model.provides import BaseImage
from linkcheck.model.report import ImageSize, Subject, Trial
from linkcheck.model.verdicts import Verdict
from linkcheck.model.ways import NoWay, Way, Ways
from linkcheck.pipeline.offers import Made, offers
from linkcheck.pipeline.waybuilds import Question
from linkcheck.pipeline.ways import ways
from linkcheck.report.screen import Screen
from linkcheck.report.ways import document, table
from tests.advise.factories import dynamic_elf, facts
from tests.cli.command import linkcheck
from tests.conftest import FIXTURES

Build = Callable[..., Path]
NAMES = (
    "scratch", "gcr.io/distroless/static-debian13", "gcr.io/distroless/base-debian13",
    "debian:13-slim", "debian:12-slim", "alpine:3.23",
)  # fmt: skip
NO_ENGINE = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}


def bases() -> dict[str, BaseImage]:
    found = {name: load_catalog().find(name) for name in NAMES}
    return {name: base.image(name) for name, base in found.items() if base is not None}


def made(answers: dict[str, Verdict], *sizes: ImageSize) -> Made:
    subject = Subject(facts(dynamic_elf()), (), (), tuple(answers.values()), None)
    return Made("", Path("app"), subject, sizes)


def need(kind: NeedKind) -> Need:
    return Need(kind, kind, "run", "certain")


def runs(*names: str) -> dict[str, Verdict]:
    return {name: Verdict(name, "runs", (), "") for name in names}


def test_a_program_is_offered_on_the_smallest_base_of_each_maker() -> None:
    one = made(runs(NAMES[2], "debian:12-slim", "debian:13-slim", "alpine:3.23"))
    chosen = [offer.verdict.base for offer in offers(one, bases(), 3)]
    assert chosen == ["alpine:3.23", NAMES[2], "debian:12-slim"]
    assert len(offers(one, bases(), 1)) == 1
    assert len(offers(one, bases(), 0)) == 4


def test_a_smaller_base_that_lacks_files_stands_beside_the_smallest_complete_one() -> None:
    lacking = Verdict("scratch", "degraded", (need("ca-certificates"),), "no CA bundle")
    one = made({"scratch": lacking, **runs(NAMES[1], NAMES[2])})
    first, second = offers(one, bases(), 1)
    assert (first.verdict.base, first.add) == ("scratch", ("ca-certificates",))
    assert (second.verdict.base, second.add) == (NAMES[1], ())


def test_bases_where_files_do_not_help_are_not_offered() -> None:
    no_shell = Verdict("scratch", "degraded", (need("shell"),), "no shell")
    refused = Verdict("alpine:3.23", "fails", (need("loader"),), "no loader")
    unknown = Verdict(NAMES[1], "unknown", (), "untold")
    assert not offers(made({"a": no_shell, "b": refused, "c": unknown}), bases(), 0)


def test_a_measured_size_goes_before_an_estimate() -> None:
    one = made(runs("scratch", "debian:13-slim"), ImageSize("scratch", 123))
    small, large = offers(one, bases(), 0)
    assert (small.size, small.measured) == (123, True)
    size = bases()["debian:13-slim"].provides.size
    assert isinstance(size, int)
    assert (large.size, large.measured) == (size + one.subject.facts.size, False)


@pytest.mark.go
def test_a_given_program_is_tried_with_its_libc_brought_along_and_its_rebuild_is_told(
    build_fixture: Build, root: Callable[[str], Path]
) -> None:
    if not shutil.which("bwrap"):
        pytest.skip("no bubblewrap on this machine")
    program = build_fixture("cgomath", CGO_ENABLED="1")
    debian = f"dir:{root('debian-12')}"
    question = Question(str(program), bases=(debian, "alpine:3.23"))
    found = ways(question, {**os.environ, **NO_ENGINE}, lambda _: None)
    by_name = {way.name: way for way in found.ways}
    assert set(by_name) == {"static", "bundle", "as it is"}
    assert by_name["bundle"].base == "scratch"
    assert by_name["bundle"].trial is not None
    assert by_name["bundle"].trial.observed == "started"
    assert by_name["as it is"].trial is not None
    assert by_name["as it is"].trial.agrees
    assert by_name["static"].trial is None
    assert "its source is not here" in by_name["static"].untried
    sizes = [way.size for way in found.ways if way.size is not None]
    assert sizes == sorted(sizes)
    assert found.none == (NoWay("as it is", found.none[0].why),)
    assert found.none[0].why.startswith("alpine:3.23: loader")


@pytest.mark.go
def test_without_an_engine_or_root_each_way_says_why_it_was_not_tried(
    build_fixture: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = build_fixture("cgomath", CGO_ENABLED="1")
    question = Question(str(program), bases=("debian:13-slim",))
    for name, value in NO_ENGINE.items():
        monkeypatch.setenv(name, value)
    found = ways(question, os.environ, lambda _: None)
    (as_it_is,) = [way for way in found.ways if way.name == "as it is"]
    assert "no engine to hold such an image" in as_it_is.untried
    (bundle,) = [one for one in found.none if one.what == "bundle"]
    assert "--from names another root or image" in bundle.why


@pytest.mark.go
def test_a_static_program_needs_no_way_out(build_fixture: Build) -> None:
    question = Question(str(build_fixture("hello")), bases=("scratch",))
    found = ways(question, {**os.environ, **NO_ENGINE}, lambda _: None)
    assert [(way.name, way.base) for way in found.ways] == [("as it is", "scratch")]
    assert found.none == ()


@pytest.mark.go
@pytest.mark.docker
def test_from_source_each_build_is_made_tried_and_put_in_order(
    root: Callable[[str], Path],
) -> None:
    debian = f"dir:{root('debian-12')}"
    question = Question(str(FIXTURES / "rng"), bases=("scratch", debian), sources=(debian,))
    found = ways(question, os.environ, lambda _: None)
    assert {way.name for way in found.ways} >= {
        "cgo-off",
        "netgo",
        "static-glibc",
        "default",
        "bundle",
    }
    assert all(way.trial is not None and way.trial.observed == "started" for way in found.ways)
    assert [way.base for way in found.ways if way.name == "default"] == [debian]
    on_scratch = [way for way in found.ways if way.base == "scratch"]
    assert all(way.measured for way in on_scratch)
    cgo_off = next(way for way in found.ways if way.name == "cgo-off")
    assert cgo_off.price == (
        "names are looked up by Go itself: nothing from LDAP, mDNS or other NSS",
    )
    assert cgo_off.command.endswith("--base scratch --recipe cgo-off")


@pytest.mark.go
@pytest.mark.docker
def test_a_recipe_that_can_not_be_built_is_no_way(root: Callable[[str], Path]) -> None:
    question = Question(str(FIXTURES / "cgomath"), bases=(f"dir:{root('debian-12')}",))
    found = ways(question, os.environ, lambda _: None)
    reasons = {one.what: one.why for one in found.none}
    assert "calls C" in reasons["cgo-off"]


def test_a_folder_with_no_go_program_is_told_in_one_line(tmp_path: Path) -> None:
    done = linkcheck("ways", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def sample() -> Ways:
    wrong = Trial("scratch", "refused", 127, "exec /app: no such file", agrees=False)
    return Ways(
        "app",
        (
            Way("rebuild", "cgo-off", "build it", "scratch", "runs", 10**6, trial=wrong),
            Way("base", "as it is", "ship it", "debian:13-slim", "runs", None, untried="no engine"),
        ),
        (NoWay("musl", "no compiler"),),
    )


def test_a_start_that_was_not_as_predicted_is_loud() -> None:
    text = table(sample(), Screen())
    assert "predicted: runs, but it was refused" in text
    assert "exec /app: no such file" in text
    assert "not tried: no engine" in text
    assert "musl: no compiler" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_the_document_holds_what_the_table_tells() -> None:
    told = json.loads(document(sample()))
    assert told["schema_version"] == "1"
    first, second = told["ways"]
    assert first["trial"]["observed"] == "refused"
    assert (second["trial"], second["untried"], second["image_size"]) == (None, "no engine", None)
    assert told["none"] == [{"what": "musl", "why": "no compiler"}]


@pytest.mark.go
def test_a_source_that_no_recipe_can_build_is_told_with_the_compilers_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "go.mod").write_text("module example.com/broken\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() { undefined() }\n")
    monkeypatch.setenv("DOCKER_HOST", NO_ENGINE["DOCKER_HOST"])
    with pytest.raises(UsageError, match="can't be built"):
        ways(Question(str(tmp_path), builder="local"), os.environ, lambda _: None)


STUB = """package sqlite3

func Stub() {}
"""


@pytest.mark.go
@pytest.mark.docker
def test_a_stub_that_compiles_without_c_is_no_way(
    tmp_path: Path, root: Callable[[str], Path]
) -> None:
    """go-sqlite3 without cgo compiles, starts, and fails at its first use."""
    package = tmp_path / "vendor" / "github.com" / "mattn" / "go-sqlite3"
    package.mkdir(parents=True)
    (package / "stub.go").write_text(STUB)
    (package / "c.go").write_text(
        'package sqlite3\n\n// int one(void);\nimport "C"\n\nvar N = C.one()\n'
    )
    (package / "one.c").write_text("int one(void) { return 1; }\n")
    name = "github.com/mattn/go-sqlite3"
    (tmp_path / "vendor" / "modules.txt").write_text(f"# {name} v1.14.22\n## explicit\n{name}\n")
    (tmp_path / "go.mod").write_text(
        f"module example.com/notes\n\nrequire {name} v1.14.22\n\ngo 1.21\n"
    )
    (tmp_path / "main.go").write_text(
        f'package main\n\nimport sqlite3 "{name}"\n\nfunc main() {{ sqlite3.Stub() }}\n'
    )
    debian = f"dir:{root('debian-12')}"
    found = ways(Question(str(tmp_path), bases=("scratch", debian)), os.environ, lambda _: None)
    reasons = {one.what: one.why for one in found.none}
    assert "is only a stub without cgo" in reasons["cgo-off"]
    static = next(way for way in found.ways if way.name == "static-glibc")
    assert (static.base, static.trial and static.trial.observed) == ("scratch", "started")
    assert "cgo-off" not in {way.name for way in found.ways}


@pytest.mark.go
def test_several_programs_are_asked_apart(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/two\n\ngo 1.21\n")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.go").write_text("package main\n\nfunc main() {}\n")
    with pytest.raises(UsageError, match="several programs: a, b: name one with --main"):
        ways(Question(str(tmp_path)), os.environ, lambda _: None)
    question = Question(str(tmp_path), bases=("scratch",), main="b", builder="local")
    found = ways(question, {**os.environ, **NO_ENGINE}, lambda _: None)
    assert all(" --main b" in way.command for way in found.ways)
    assert found.ways
