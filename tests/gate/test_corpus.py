"""The gate says of each Dockerfile of the corpus what is written beside it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from linkcheck.model.gate import TargetResult
from linkcheck.pipeline.gate import run_gate
from linkcheck.pipeline.gaterequest import Wanted, requested
from linkcheck.rules.dockerfile_rules import STAGE_RULES
from tests.gate.corpus_cases import CorpusCase, cases

CASES = cases()
TODAY = date(2026, 1, 1)


def judged(case: CorpusCase) -> TargetResult:
    """The answer for the case that lies in the working folder."""
    flags = dict(zip(case.flags[::2], case.flags[1::2], strict=True))
    wanted = Wanted(
        ("app",) if case.program else (),
        ("Dockerfile",),
        stage=flags.get("--target"),
        policy={"require": [flags["--require"]]} if "--require" in flags else {},
    )
    found = requested(wanted, None, {}, TODAY)
    report = run_gate(found.targets, today=TODAY, failures=found.failures)
    assert not report.errors
    (target,) = report.targets
    return target


@pytest.mark.go
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_gate_finds_what_is_wrong_and_nothing_else(
    case: CorpusCase,
    build_fixture: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case.lay_out(tmp_path, build_fixture)
    monkeypatch.chdir(tmp_path)
    target = judged(case)
    told = [
        f"{one.rule} {one.level} {one.at.line}" + ("" if one.state == "new" else f" {one.state}")
        for one in target.findings
        if not one.rule.startswith("LC4")
    ]
    assert told == case.findings
    assert (target.passed, target.verdict.answer if target.verdict else "") == (
        case.passes,
        case.verdict,
    )
    assert all(one.fix for one in target.findings if one.level == "error")


def test_the_corpus_is_large_and_its_names_are_unique() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
    assert sum(bool(case.seen) for case in CASES) >= 20


@pytest.mark.parametrize("rule", STAGE_RULES, ids=lambda rule: rule.id)
def test_each_dockerfile_rule_flags_some_cases_and_leaves_others_alone(rule: object) -> None:
    rule_id = getattr(rule, "id")  # noqa: B009 -- a parameter of pytest has no type
    flagged = [any(f.startswith(rule_id) for f in case.findings) for case in CASES]
    assert any(flagged)
    assert not all(flagged)


@pytest.mark.go
def test_thirty_targets_take_less_than_a_second_beyond_reading_the_programs(
    build_fixture: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    started = time.perf_counter()
    done = 0
    for case in [case for case in CASES if not case.program][:30] * 2:
        (tmp_path / "Dockerfile").write_text(case.dockerfile, encoding="utf-8")
        judged(case)
        done += 1
    assert done >= 30
    assert (time.perf_counter() - started) / done * 30 < 1, json.dumps({"targets": done})
