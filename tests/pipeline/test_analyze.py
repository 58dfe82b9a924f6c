"""`analyze` over real programs of this machine and over what is none."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.errors import UnknownBaseError, UsageError
from linkcheck.images.catalog import load_catalog
from linkcheck.model.needs import Need, NeedKind
from linkcheck.model.verdicts import Verdict
from linkcheck.pipeline.analyze import Analyzer, Options, _nearly_runs, analyze

PYTHON = str(Path(sys.executable).resolve())


def by_base(verdicts: tuple[Verdict, ...]) -> dict[str, str]:
    return {verdict.base: verdict.answer for verdict in verdicts}


def test_a_dynamic_program_fails_on_scratch_and_says_what_is_missing() -> None:
    report = analyze([PYTHON], ["scratch"])
    (verdict,) = report.subjects[0].verdicts
    assert (verdict.base, verdict.answer) == ("scratch", "fails")
    assert verdict.error_text == "exec /app: no such file or directory"
    assert report.errors == ()


def test_without_bases_the_usual_ones_of_the_catalog_are_shown() -> None:
    report = analyze([PYTHON])
    usual = [base.name for base in load_catalog().bases if base.default]
    assert [verdict.base for verdict in report.subjects[0].verdicts] == usual


def test_a_base_is_reported_under_the_name_that_was_given_and_once() -> None:
    report = analyze([PYTHON], ["debian:bookworm-slim", "scratch", "debian:bookworm-slim"])
    assert [v.base for v in report.subjects[0].verdicts] == ["debian:bookworm-slim", "scratch"]


def test_one_broken_input_is_an_error_and_the_others_are_reported(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    report = analyze([str(script), PYTHON, str(tmp_path / "gone")], ["scratch"])
    assert [subject.facts.path for subject in report.subjects] == [PYTHON]
    assert [error.path for error in report.errors] == [str(script), str(tmp_path / "gone")]
    assert all(error.path in error.message for error in report.errors)


def test_an_unknown_base_ends_the_call_before_any_program_is_read() -> None:
    with pytest.raises(UnknownBaseError, match=r"alpin:3\.23"):
        analyze(["/nowhere"], ["alpin:3.23"])


def test_an_unknown_base_among_others_is_told_and_the_others_are_judged(tmp_path: Path) -> None:
    gone = f"dir:{tmp_path}/gone"
    report = analyze([PYTHON], ["alpin:3.23", "scratch", gone])
    assert [v.base for v in report.subjects[0].verdicts] == ["scratch"]
    assert [error.path for error in report.errors] == ["alpin:3.23", gone]


def test_a_digest_is_there_only_where_it_was_asked_for() -> None:
    assert analyze([PYTHON], ["scratch"]).subjects[0].sha256 is None
    digest = analyze([PYTHON], ["scratch"], Options(digest=True)).subjects[0].sha256
    assert digest == hashlib.sha256(Path(PYTHON).read_bytes()).hexdigest()


def test_a_trace_is_kept_only_where_it_was_asked_for() -> None:
    assert analyze([PYTHON], ["debian:13-slim"]).subjects[0].verdicts[0].trace == ()
    traced = analyze([PYTHON], ["debian:13-slim"], Options(trace=True))
    assert any("/app: interpreter /" in step for step in traced.subjects[0].verdicts[0].trace)


def test_several_processes_report_the_same_in_the_same_order(tmp_path: Path) -> None:
    names = ["one", "no-program", "two", "three"]
    for name in names:
        (tmp_path / name).write_bytes(b"" if name == "no-program" else Path(PYTHON).read_bytes())
    paths = [str(tmp_path / name) for name in names]
    alone = analyze(paths, ["scratch", "debian:13-slim"], Options(jobs=1))
    together = analyze(paths, ["scratch", "debian:13-slim"], Options(jobs=3))
    assert together == alone
    assert len(alone.subjects) == 3


def test_progress_counts_every_file(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    analyze([PYTHON, str(tmp_path / "gone")], ["scratch"], progress=lambda *at: seen.append(at))
    assert seen == [(1, 2), (2, 2)]


@pytest.mark.parametrize("level", ["x86-64-v1", "x86-64", "x86-64-v3"])
def test_known_cpu_levels_are_accepted(level: str) -> None:
    assert Analyzer(["scratch"], Options(cpu=level)).bases[0].image.ref == "scratch"


def test_an_unknown_cpu_level_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="'v9' is no CPU level: use one of x86-64, x86-64-v2"):
        Analyzer([], Options(cpu="v9"))


def test_the_recommendation_looks_beyond_the_bases_that_were_asked_for() -> None:
    subject = analyze([PYTHON], ["scratch"]).subjects[0]
    assert subject.recommendation is not None
    assert subject.recommendation.base != "scratch"


def test_the_rest_of_the_catalog_is_looked_at_only_where_another_release_might_do() -> None:
    def failed(*kinds: NeedKind) -> Verdict:
        needs = tuple(Need(kind, "x", "load", "certain") for kind in kinds)
        return Verdict("base", "fails", needs, "base: x")

    assert _nearly_runs(failed("symbol-version"))
    assert _nearly_runs(Verdict("base", "degraded", (Need("tmp", "/tmp", "run", "likely"),), ""))
    assert not _nearly_runs(failed("symbol-version", "library"))
    assert not _nearly_runs(failed("loader"))
    assert not _nearly_runs(Verdict("base", "unknown", (), "base: not known"))


@pytest.mark.go
def test_a_static_go_program_runs_on_scratch(build_fixture: Callable[..., Path]) -> None:
    subject = analyze([str(build_fixture("hello"))], ["scratch", "alpine:3.23"]).subjects[0]
    assert by_base(subject.verdicts) == {"scratch": "runs", "alpine:3.23": "runs"}
    assert subject.recommendation is not None
    assert subject.recommendation.base == "scratch"


@pytest.mark.go
def test_an_https_client_is_degraded_where_there_are_no_certificates(
    build_fixture: Callable[..., Path],
) -> None:
    bases = ["scratch", "gcr.io/distroless/static-debian13"]
    subject = analyze([str(build_fixture("httpsget"))], bases).subjects[0]
    assert list(by_base(subject.verdicts).values()) == ["degraded", "runs"]


@pytest.mark.go
def test_a_mac_program_runs_on_no_base_and_has_no_recommendation(
    build_fixture: Callable[..., Path],
) -> None:
    program = build_fixture("hello", GOOS="darwin", GOARCH="arm64")
    subject = analyze([str(program)]).subjects[0]
    assert set(by_base(subject.verdicts).values()) == {"fails"}
    assert subject.recommendation is None


@pytest.mark.testbed
@pytest.mark.go
def test_a_real_root_gives_the_answer_of_its_catalog_base(
    build_fixture: Callable[..., Path], root: Callable[[str], Path]
) -> None:
    program = build_fixture("httpsget", CGO_ENABLED="1")
    pairs = {"debian-13": "debian:13-slim", "alpine-3.23": "alpine:3.23", "scratch": "scratch"}
    for name, ref in pairs.items():
        real, known = analyze([str(program)], [f"dir:{root(name)}", ref]).subjects[0].verdicts
        assert (name, real.answer) == (name, known.answer)
        assert real.error_text == known.error_text
