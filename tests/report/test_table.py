"""The table reads well at 80 columns and in a pipe, and shows nothing that a terminal obeys."""

from __future__ import annotations

import re

import pytest

from linkcheck.model.report import Failure, Report, Subject
from linkcheck.model.verdicts import Finding, Verdict
from linkcheck.report.screen import Screen
from linkcheck.report.table import render
from tests.report.samples import BASES, facts, foreign, matrix, report, subject, verdicts


def lines_of(text: str) -> list[str]:
    return text.splitlines()


@pytest.mark.parametrize("width", [40, 60, 80, 120, 140])
@pytest.mark.parametrize("sample", [report(), matrix(), Report((subject(trace=True),))])
def test_no_line_is_wider_than_the_screen(sample: Report, width: int) -> None:
    too_wide = [line for line in lines_of(render(sample, Screen(width))) if len(line) > width]
    assert width < 60 or too_wide == []


def test_one_program_shows_its_head_its_verdicts_its_findings_and_the_smallest_base() -> None:
    text = render(Report((subject(),)))
    assert "linux/amd64, dynamic, 3.4 MB" in text
    assert "glibc 2.34 or newer (for __libc_start_main@GLIBC_2.34)" in text
    assert re.search(r"^static-debian13 +runs +it has CA certificates$", text, re.MULTILINE)
    assert "exec /app: no such file or directory" in text
    assert "fix   build with `-tags netgo` or CGO_ENABLED=0" in text
    assert "smallest base: gcr.io/distroless/base-debian13 with ca-certificates added" in text
    assert "or build with CGO_ENABLED=0 (net is the only user of C) -> scratch + CA" in text


def test_several_programs_start_with_one_line_each_under_a_legend_of_the_bases() -> None:
    lines = lines_of(render(report()))
    assert lines[0].split() == ["program", "linkage", "libc", "smallest", "base", *"ABCDEFG"]
    assert lines[2].split()[-7:] == ["-", "+", "+", "-", "~", "-", "~"]
    assert all(base in "\n".join(lines[5:9]) for base in BASES)
    assert "+ runs  ~ degraded  - fails  ? unknown" in lines


def test_verdicts_are_words_where_the_screen_has_room_for_them() -> None:
    few = tuple(v for v in verdicts() if v.base in ("scratch", "alpine:3.23"))
    subjects = tuple(Subject(facts(name), (), (), few, None) for name in ("./a", "./b"))
    lines = lines_of(render(Report(subjects)))
    assert lines[0].split()[-2:] == ["scratch", "alpine:3.23"]
    assert lines[2].split()[-2:] == ["fails", "fails"]


def test_a_matrix_shows_a_failed_recipe_as_a_row_with_the_compilers_reason() -> None:
    text = render(matrix(), Screen(90))
    assert re.search(
        r"^default +dynamic +glibc 2.34 +cgo +3.4 MB +base-debian13 \+CA ", text, re.MULTILINE
    )
    assert re.search(r"^static-glibc +failed$", text, re.MULTILINE)
    assert "static-glibc failed: ./main.go:9:2: undefined: C.gone" in text
    assert "pie skipped: no C compiler here: install gcc" in text


def test_a_matrix_gives_each_reason_once_with_all_that_it_holds_for() -> None:
    text = render(matrix())
    assert text.count("loader /lib64/ld-linux-x86-64.so.2 is not in the image") == 1
    assert "default on scratch, alpine:3.23, ubuntu:24.04: fails" in text


def test_inputs_that_could_not_be_judged_come_last_with_their_reason() -> None:
    assert lines_of(render(report()))[-2:] == [
        "could not be judged: 1",
        "  ./notes.txt: a text file, not a program: name a program",
    ]


def test_a_failure_that_does_not_name_its_path_gets_it_in_front() -> None:
    text = render(Report((), (Failure("./x", "truncated"),)))
    assert lines_of(text)[-1] == "  ./x: truncated"


def test_escape_sequences_of_a_hostile_program_are_spelled_out() -> None:
    hostile = "evil\x1b]0;owned\x07\x9b2J\u202etxt\r\n"
    finding = Finding("LC101", "error", hostile, (hostile,), hostile)
    verdict = Verdict(hostile, "fails", (), hostile, hostile, trace=(hostile,))
    sample = Report((Subject(facts(hostile), (), (finding,), (verdict,), None),) * 2)
    text = render(sample)
    assert [c for c in text if not c.isprintable() and c != "\n"] == []
    assert "\\x1b" in text


def test_there_is_no_colour_unless_the_screen_has_it() -> None:
    assert "\x1b[" not in render(report(), Screen(80, color=False))
    colored = render(report(), Screen(80, color=True))
    assert "\x1b[31m-\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render(report(), Screen(80))


def test_rendering_twice_gives_identical_bytes() -> None:
    assert render(matrix()) == render(matrix())


def test_a_program_for_another_system_is_named_with_its_platform() -> None:
    text = render(Report((foreign(),)))
    assert "darwin/arm64, Mach-O, 900 B" in text
    assert "smallest base" not in text


def test_a_trace_follows_under_the_name_of_its_base() -> None:
    lines = lines_of(render(Report((subject(trace=True),))))
    at = lines.index("how scratch loads it")
    assert lines[at + 1 : at + 3] == ["  open /lib64/ld-linux-x86-64.so.2", "  not there"]
