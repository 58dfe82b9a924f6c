"""GitHub-flavoured Markdown: a table that reads well in a comment on a pull request.

Details are folded (<details>). A comment holds 65,536 characters: rows and details that would not
fit are left out from the end, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from linkcheck.advise.verdict import bare_reason
from linkcheck.model.report import Failure, Report, Subject
from linkcheck.model.verdicts import Answer, Finding, Verdict
from linkcheck.report.advice import advice
from linkcheck.report.gfm import block, code, folded, row, text
from linkcheck.report.screen import Screen
from linkcheck.report.sheet import (
    Line,
    Reason,
    Sheet,
    image_size,
    kind,
    reasons,
    sheet_of,
    smallest_base,
    starts,
    title,
)
from linkcheck.report.text import human_size, short_base

MARKS: Final[dict[Answer, str]] = {"runs": "✅", "degraded": "⚠️", "fails": "❌", "unknown": "❓"}
ROOM: Final = 60_000  # of 65,536, as it is not known how an emoji is counted
_TABLE: Final = 40_000  # of these for the rows
_WORDS: Final = 5  # bases up to which each cell holds the word as well


def render(report: Report, screen: Screen = Screen()) -> str:  # noqa: ARG001, B008 -- frozen; every format takes it
    """The report as Markdown with a final newline."""
    sheet = sheet_of(report)
    shown = [f"### linkcheck: {text(title(report))}", *_summary(sheet)]
    if len(sheet.lines) == 1 and sheet.lines[0].subject is not None:
        shown += _by_base(sheet.lines[0], sheet.lines[0].subject)
    elif sheet.lines:
        shown += _by_line(sheet)
    shown += ["\n".join(map(_failure, report.errors))]
    why = _whys(reasons(sheet.lines)) if len(sheet.lines) > 1 else ""
    return "\n\n".join(_fitting(shown, [why, *map(_card, sheet.lines)])) + "\n"


def _summary(sheet: Sheet) -> list[str]:
    tally = [f"{MARKS[answer]} {number} {answer}" for answer, number in sheet.tally()]
    parts = [", ".join(tally)]
    for one in advice(sheet.lines):
        first, *rest = map(text, one.sentences())
        parts.append("\n".join([f"**Advice: {first}**", *(f"- {said}" for said in rest)]))
    parts += map(text, starts(sheet))
    return parts


def _by_base(line: Line, subject: Subject) -> list[str]:
    """One program: a row a base, with the reason at once."""
    tried = bool(line.trials)
    heads = ["base", "verdict", *(["observed"] if tried else []), "why"]
    rows = [row(heads), row(["---"] * len(heads))]
    for verdict in subject.verdicts:
        seen = [text(line.seen(verdict.base))] if tried else []
        cells = [code(verdict.base, cell=True), _mark(verdict, words=True)]
        rows.append(row([*cells, *seen, text(bare_reason(verdict))]))
    return ["\n".join(rows), f"Smallest base: **{text(smallest_base(subject))}**"]


def _by_line(sheet: Sheet) -> list[str]:
    """Several builds or programs: a row each, a narrow column a base."""
    words = len(sheet.bases) <= _WORDS
    images = any(line.build and line.build.image_size for line in sheet.lines)
    heads = [sheet.head, *(text(short_base(base)) for base in sheet.bases)]
    heads += ["size", "smallest base", *(["image"] if images else [])]
    rule = ["---", *([":-:"] * len(sheet.bases)), "--:", "---", *(["--:"] if images else [])]
    rows = [row(heads), row(rule)]
    for line in sheet.lines:
        cells = [code(line.name, cell=True)]
        cells += [_cell(line, base, words=words) for base in sheet.bases]
        cells.append(human_size(line.subject.facts.size) if line.subject else line.status)
        cells.append(text(smallest_base(line.subject)))
        cells += [image_size(line.build) if line.build else "-"] if images else []
        rows.append(row(cells))
    legend = "" if words else " ".join(f"{mark} {answer} " for answer, mark in MARKS.items())
    excuses = [
        f"* {code(line.name)} {line.status}: {text(line.cause)}"
        for line in sheet.lines
        if line.subject is None
    ]
    shown, left = _first_rows(rows)
    more = f"{left} more are not shown; `--format json` has all." if left else ""
    return ["\n".join(shown), more, legend.strip(), "\n".join(excuses)]


def _first_rows(rows: Sequence[str]) -> tuple[Sequence[str], int]:
    """As many rows as there is room for, and how many are left out."""
    room = _TABLE
    for number, line in enumerate(rows):
        room -= len(line)
        if room < 0:
            return rows[:number], len(rows) - number
    return rows, 0


def _cell(line: Line, base: str, *, words: bool) -> str:
    verdict = line.verdict(base)
    if verdict is None:
        return ""
    trial = line.trial(base)
    loud = f" ‼️ {line.seen(base)}" if trial is not None and trial.agrees is False else ""
    return _mark(verdict, words=words) + loud


def _mark(verdict: Verdict, *, words: bool) -> str:
    return MARKS[verdict.answer] + (f" {verdict.answer}" if words else "")


def _whys(found: Sequence[Reason]) -> str:
    if not found:
        return ""
    parts: list[str] = []
    for reason in found:
        parts.append(f"{MARKS[reason.answer]} **{reason.answer}**: {text(reason.text)}")
        parts.append(text(reason.place()))
        parts += [block(reason.error_text)] if reason.error_text else []
        parts += [f"Fix: {text(reason.fix)}"] if reason.fix else []
    return folded(f"Why ({len(found)} reason{'' if len(found) == 1 else 's'})", parts)


def _card(line: Line) -> str:
    """The details of one program, folded."""
    parts: list[str] = []
    if line.subject is not None:
        parts += _seen(line.subject.verdicts)
        parts += map(_finding, line.subject.findings)
        if line.subject.recommendation is not None:
            told = (*line.subject.recommendation.because, *line.subject.recommendation.alternatives)
            parts.append(f"Smallest base: {text(smallest_base(line.subject))}")
            parts.append("\n".join(f"* {text(way)}" for way in told))
    if line.build is not None:
        parts += [text(note) for note in line.build.notes]
        parts += [block(line.build.log_tail)] if line.build.log_tail.strip() else []
    about = kind(line.subject) if line.subject else line.status
    return folded(f"{line.name}: {about}", parts)


def _seen(verdicts: Iterable[Verdict]) -> list[str]:
    """Each error text once, with the bases that show it and the fix."""
    groups: dict[tuple[str, str], list[str]] = {}
    for verdict in verdicts:
        if verdict.error_text or verdict.fix:
            key = (verdict.error_text or "", verdict.fix)
            groups.setdefault(key, []).append(short_base(verdict.base))
    parts: list[str] = []
    for (error_text, fix), bases in groups.items():
        parts.append(f"On {text(', '.join(bases))}:")
        parts += [block(error_text)] if error_text else []
        parts += [f"Fix: {text(fix)}"] if fix else []
    return parts


def _finding(finding: Finding) -> str:
    lines = [f"* **{finding.rule}** {finding.level}: {text(finding.message)}"]
    lines += [f"  * {code(proof)}" for proof in finding.evidence]
    lines += [f"  * Fix: {text(finding.fix)}"] if finding.fix else []
    return "\n".join(lines)


def _failure(error: Failure) -> str:
    named = error.path in error.message
    told = error.message if named else f"{error.path}: {error.message}"
    return f"* could not be judged: {text(told)}"


def _fitting(shown: Iterable[str], more: Iterable[str]) -> list[str]:
    """What is always shown, and as much of the rest as a comment can hold."""
    parts = [part for part in shown if part]
    room = ROOM - sum(map(len, parts))
    rest = [part for part in more if part]
    for number, part in enumerate(rest):
        room -= len(part)
        if room < 0:
            left = len(rest) - number
            return [*parts, f"{left} more details don't fit a comment; `--format json` has all."]
        parts.append(part)
    return parts
