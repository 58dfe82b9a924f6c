"""What a matrix comes to."""

from __future__ import annotations

from typing import Any

from linkcheck.model.report import Build, Report, Subject
from linkcheck.model.verdicts import Finding, Recommendation
from linkcheck.report import renderer
from linkcheck.report.advice import advice
from linkcheck.report.sheet import sheet_of
from tests.report.samples import subject

NSS = Finding("LC104", "warning", "glibc's name service is in it")


def _judged(base: str, *findings: Finding, also: tuple[str, ...] = ()) -> Subject:
    recommendation = Recommendation(base, ("because",), alternatives=also)
    return subject()._replace(recommendation=recommendation, findings=findings)


def _build(recipe: str, place: int | None, size: int | None, **changes: Any) -> Build:
    build = Build(recipe, "linux/amd64", "go1.27.3", "ok", 1.0, subject=place, image_size=size)
    return build._replace(name="app", image_measured=True, **changes)


def _report(*rows: tuple[Build, Subject]) -> Report:
    builds = tuple(build._replace(subject=place) for place, (build, _) in enumerate(rows))
    return Report(tuple(judged for _, judged in rows), builds=builds)


def _said(report: Report) -> tuple[str, ...]:
    (found,) = advice(sheet_of(report).lines)
    return found.sentences()


def test_the_build_with_the_smallest_image_is_advised_and_the_others_are_priced() -> None:
    report = _report(
        (_build("default", 0, 33_000_000), _judged("debian:13-slim")),
        (_build("cgo-off", 0, 8_000_000), _judged("scratch")),
        (_build("pie", 0, 34_000_000), _judged("debian:13-slim")),
    )
    assert _said(report) == (
        "build cgo-off and ship it on scratch: image 8.0 MB",
        "default, pie on debian:13-slim: 33.0 MB, 25.0 MB more",
    )


def test_a_build_that_a_rule_warns_of_is_not_advised_where_another_does() -> None:
    report = _report(
        (_build("static-glibc", 0, 7_000_000), _judged("scratch", NSS)),
        (_build("cgo-off", 0, 8_000_000), _judged("scratch")),
    )
    assert _said(report) == (
        "build cgo-off and ship it on scratch: image 8.0 MB",
        "static-glibc on scratch: 7.0 MB, 1.0 MB less; see LC104",
    )


def test_builds_for_tests_and_failed_ones_are_never_advised() -> None:
    report = _report(
        (_build("race", 0, 1_000_000, shippable=False), _judged("scratch")),
        (_build("default", 0, None), _judged("scratch")),
    )
    assert advice(sheet_of(report).lines) == ()
    assert "advice" not in renderer("table")(report)


def test_each_program_and_platform_has_its_own_advice() -> None:
    report = _report(
        (_build("cgo-off", 0, 8_000_000), _judged("scratch")),
        (_build("cgo-off", 0, 9_000_000, platform="linux/arm64"), _judged("scratch")),
    )
    assert [
        one.best.build.platform for one in advice(sheet_of(report).lines) if one.best.build
    ] == [
        "linux/amd64",
        "linux/arm64",
    ]


def test_a_step_down_that_needs_files_or_another_build_is_told_in_every_format() -> None:
    report = _report(
        (_build("cgo-off", 0, 8_000_000), _judged("alpine:3.23", also=("scratch + CA bundle",)))
    )
    for name in ("table", "markdown", "html"):
        shown = renderer(name)(report)
        assert "or scratch + CA bundle" in shown.replace("\\+", "+")
        assert "build cgo" in shown
