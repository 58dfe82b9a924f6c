"""One line a program, one narrow column a base: the verdicts at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase
from typing import NamedTuple

from linkcheck.model.report import Trial
from linkcheck.model.verdicts import Verdict
from linkcheck.report.columns import GAP, columns
from linkcheck.report.screen import Screen
from linkcheck.report.text import paint, paragraph, plain, short_base, wrap

MARKS = {"runs": "+", "degraded": "~", "fails": "-", "unknown": "?"}
OBSERVED = {"started": "+", "refused": "-", "error": "."}
_LEAST = 6  # columns that a squeezed cell keeps


class Row(NamedTuple):
    """`cells` before the verdicts; missing ones are empty. With `trials`, one for each verdict."""

    cells: tuple[str, ...]
    verdicts: tuple[Verdict, ...] = ()
    trials: tuple[Trial, ...] = ()


def grid(heads: Sequence[str], rows: Sequence[Row], screen: Screen) -> list[str]:
    """The lines of the table: verdicts as words where they fit the screen, else as marks."""
    bases = tuple(dict.fromkeys(v.base for row in rows for v in row.verdicts))
    cells = [
        [plain(cell) for cell in row.cells] + [""] * (len(heads) - len(row.cells)) for row in rows
    ]
    widths = [max(map(len, [head, *column])) for head, *column in zip(heads, *cells, strict=True)]
    names = [plain(short_base(base)) for base in bases]
    tried = any(row.trials for row in rows)
    widest = len("degraded/started") if tried else len("degraded")
    words = [max(len(name), widest) for name in names]
    if _total([*widths, *words]) <= screen.width:
        answers = [_answers(row, bases, screen) for row in rows]
        return columns([*heads, *names], [a + b for a, b in zip(cells, answers, strict=True)])
    letters = [_letter(number).ljust(2 if tried else 1) for number in range(len(bases))]
    joint = " "
    spread = len(joint.join(letters)) + 1
    if len(bases) <= len(ascii_uppercase) and _total([*widths, spread]) > screen.width:
        joint = ""
    marks = [_marks(row, bases, letters, joint, screen) for row in rows]
    widths = _squeeze(widths, heads, screen.width - GAP - len(joint.join(letters)))
    folded = [[*_fold(a, widths), b] for a, b in zip(cells, marks, strict=True)]
    legend = " ".join(f"{a.strip()}={plain(b)}" for a, b in zip(letters, bases, strict=True))
    marked = "  ".join(f"{paint(mark, answer, screen)} {answer}" for answer, mark in MARKS.items())
    seen = ["then what was observed:  + started  - refused  . not tried"] if tried else []
    return [
        *columns([*_fold(heads, widths), joint.join(letters).rstrip()], folded),
        "",
        *paragraph(legend, screen),
        marked,
        *seen,
    ]


def _answers(row: Row, bases: Sequence[str], screen: Screen) -> list[str]:
    given = {v.base: v.answer for v in row.verdicts}
    seen = {t.base: t for t in row.trials}
    return [
        paint(f"{given[base]}{_observed(seen.get(base))}", given[base], screen)
        if base in given
        else ""
        for base in bases
    ]


def _observed(trial: Trial | None) -> str:
    """What was seen, behind what was predicted; loud where they disagree."""
    if trial is None:
        return ""
    word = "-" if trial.observed == "error" else trial.observed
    return f"/{word.upper() if trial.agrees is False else word}"


def _marks(
    row: Row, bases: Sequence[str], letters: Sequence[str], joint: str, screen: Screen
) -> str:
    """All marks in one cell, each under the letter of its base."""
    given = {v.base: v.answer for v in row.verdicts}
    seen = {t.base: OBSERVED[t.observed] for t in row.trials}
    return joint.join(
        paint((MARKS[given[base]] + seen.get(base, "")).ljust(len(letter)), given[base], screen)
        if base in given
        else " " * len(letter)
        for base, letter in zip(bases, letters, strict=True)
    ).rstrip()


def _fold(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    return ["\n".join(wrap(cell, width)) for cell, width in zip(cells, widths, strict=True)]


def _squeeze(widths: list[int], heads: Sequence[str], room: int) -> list[int]:
    """`widths` cut down, the widest first, until they fit `room` or are of no use any more."""
    widths = list(widths)
    least = [
        min(width, max(_LEAST, *map(len, head.split())))
        for width, head in zip(widths, heads, strict=True)
    ]
    while _total(widths) > room:
        open_columns = [n for n, width in enumerate(widths) if width > least[n]]
        if not open_columns:
            break
        widths[max(open_columns, key=lambda n: widths[n])] -= 1
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _letter(number: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    head, tail = divmod(number, len(ascii_uppercase))
    return (_letter(head - 1) if head else "") + ascii_uppercase[tail]
