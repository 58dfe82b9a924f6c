"""Predicted beside observed: nothing is hidden, and a disagreement can't be overlooked."""

from __future__ import annotations

import re

import pytest

from linkcheck.model.report import Report, Subject, Trial
from linkcheck.report.screen import Screen
from linkcheck.report.table import render
from tests.report.samples import BASES, matrix, subject

REFUSED = "exec /app: no such file or directory"


def trials(sample: Subject, **changed: Trial) -> tuple[Trial, ...]:
    """As predicted in every base, but for `changed` (a base's name up to its tag)."""
    made = []
    for verdict in sample.verdicts:
        starts = verdict.answer in ("runs", "degraded")
        trial = Trial(
            verdict.base,
            "started" if starts else "refused",
            0 if starts else 127,
            "hello\n" if starts else REFUSED,
            None if verdict.answer == "unknown" else True,
        )
        made.append(changed.get(verdict.base.partition(":")[0], trial))
    return tuple(made)


def verified(**changed: Trial) -> Report:
    sample = subject()
    return Report((sample._replace(trials=trials(sample, **changed)),))


@pytest.mark.parametrize("width", [70, 80, 120])
def test_a_line_a_base_shows_predicted_and_observed_within_the_screen(width: int) -> None:
    text = render(verified(), Screen(width))
    assert all(len(line) <= width for line in text.splitlines())
    assert re.search(r"^scratch +fails +refused +exec /app: no such", text, re.MULTILINE)
    assert re.search(r"^base-debian13 +runs +started +exit code 0$", text, re.MULTILINE)
    assert "7 of 7 starts as predicted" in text
    assert "DISAGREEMENT" not in text


def test_a_disagreement_is_loud_and_tells_both_texts() -> None:
    wrong = Trial("alpine:3.23", "started", 0, "hello", False)
    text = render(verified(alpine=wrong))
    assert "6 of 7 starts as predicted" in text
    loud = text[text.index("DISAGREEMENT") :]
    assert "./hello on alpine:3.23" in loud
    assert "fails: loader /lib64/ld-linux-x86-64.so.2 is not in the image" in loud
    assert "started (exit code 0): hello" in loud


def test_a_service_and_a_failure_of_its_own_are_told_as_what_they_are() -> None:
    service = Trial("debian:13-slim", "started", None, "listening", True)
    failed = Trial("alpine:3.23", "started", 3, "hello\nx509: unknown authority", False)
    text = render(verified(debian=service, alpine=failed))
    assert "still running at the end of its time" in text
    assert re.search(r"started +exit code 3: x509: unknown authority$", text, re.MULTILINE)


def test_bases_that_were_not_tried_are_told_once_for_all_with_the_reason() -> None:
    missing = {
        base.partition(":")[0]: Trial(base, "error", None, "not here: pull it", None)
        for base in ("alpine:3.23", "ubuntu:24.04")
    }
    text = render(verified(**missing))
    assert re.search(r"^alpine:3.23 +fails +not tried$", text, re.MULTILINE)
    assert "not tried on alpine:3.23, ubuntu:24.04: not here: pull it" in text
    assert "5 of 5 starts as predicted, 2 not tried" in text


def test_what_a_hostile_program_prints_is_spelled_out() -> None:
    evil = Trial("scratch", "refused", 1, "\x1b]0;owned\x07\u202e\n\x9b2J", False)
    text = render(verified(scratch=evil))
    assert [c for c in text if not c.isprintable() and c != "\n"] == []
    assert "\\x1b" in text


def matrix_with(**changed: Trial) -> Report:
    report = matrix()
    assert report.builds is not None
    builds = tuple(
        build
        if build.subject is None
        else build._replace(trials=trials(report.subjects[build.subject], **changed))
        for build in report.builds
    )
    return report._replace(builds=builds)


def test_a_matrix_has_two_marks_a_base_where_words_do_not_fit() -> None:
    text = render(matrix_with(), Screen(100))
    row = next(line for line in text.splitlines() if line.startswith("default"))
    assert row.split()[-7:] == ["--", "++", "++", "--", "~+", "--", "~+"]
    assert "then what was observed:  + started  - refused  . not tried" in text
    assert "14 of 14 starts as predicted" in text
    assert all(f"={base}" in " ".join(text.split()) for base in BASES)


def test_a_matrix_has_words_where_they_fit_and_shouts_where_they_differ() -> None:
    wrong = Trial("alpine:3.23", "started", 0, "hello", False)
    text = render(matrix_with(alpine=wrong), Screen(300))
    assert re.search(r"^default .*fails/refused .*fails/STARTED ", text, re.MULTILINE)
    assert "DISAGREEMENT: default on alpine:3.23" in text
    assert "DISAGREEMENT: cgo-off on alpine:3.23" in text


def test_without_trials_a_matrix_says_nothing_of_them() -> None:
    report = matrix()
    assert report.builds is not None
    bare = report._replace(builds=tuple(b._replace(trials=()) for b in report.builds))
    text = render(bare)
    assert "observed" not in text
    assert "as predicted" not in text
