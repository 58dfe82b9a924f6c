"""Predicted beside observed: the starts of one program, and every disagreement spelled out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from linkcheck.advise.verdict import bare_reason
from linkcheck.model.report import Subject, Trial
from linkcheck.model.verdicts import Verdict
from linkcheck.report.columns import GAP, columns
from linkcheck.report.screen import Screen
from linkcheck.report.text import paint, paragraph, plain, short_base, wrap

OBSERVED = {"started": "started", "refused": "refused", "error": "not tried"}
_LEAST_SEEN = 24  # columns that the last one gets, however long the names are


def starts(subject: Subject, screen: Screen) -> list[str]:
    """One line a base: the verdict, what really happened, and what was seen of it."""
    lines = [paint(line, "bold", screen) for line in paragraph(subject.facts.path, screen)]
    pairs = list(zip(subject.verdicts, subject.trials, strict=True))
    longest = max(len(plain(short_base(verdict.base))) for verdict in subject.verdicts)
    fixed = len("predicted") + len("not tried") + 3 * GAP
    longest = max(min(longest, screen.width - fixed - _LEAST_SEEN), len("base"))
    room = max(screen.width - longest - fixed, _LEAST_SEEN)
    rows = [
        [
            "\n".join(wrap(plain(short_base(verdict.base)), longest)),
            paint(verdict.answer, verdict.answer, screen),
            OBSERVED[trial.observed],
            "\n".join(wrap(plain(_seen(trial)), room)),
        ]
        for verdict, trial in pairs
    ]
    return [*lines, "", *columns(["base", "predicted", "observed", "seen"], rows)]


def disagreements(
    tried: Iterable[tuple[str, Sequence[Verdict], Sequence[Trial]]], screen: Screen
) -> list[str]:
    """Both texts of every start that its verdict had not foretold; `tried` names each program."""
    lines: list[str] = []
    for name, verdicts, trials in tried:
        for verdict, trial in zip(verdicts, trials, strict=False):
            if trial.agrees is not False:
                continue
            head = f"DISAGREEMENT: {name} on {short_base(verdict.base)}".replace(":  on", ": on")
            lines += [paint(line, "fails", screen) for line in paragraph(head, screen, rest="  ")]
            predicted = f"{verdict.answer}: {bare_reason(verdict)}"
            lines += paragraph(predicted, screen, first="  predicted  ")
            lines += paragraph(_told(trial), screen, first="  observed   ")
    if lines:
        lines += paragraph(
            "What was observed is right: please report it with the program, or where it came from.",
            screen,
        )
    return lines


def outcome(trials: Sequence[Trial], screen: Screen) -> list[str]:
    """How many starts were as predicted, and why others were not made, each reason once."""
    if not trials:
        return []
    lines = paragraph(_summary(trials), screen)
    why: dict[str, list[str]] = {}
    for trial in trials:
        if trial.observed == "error":
            bases = why.setdefault(trial.output_tail, [])
            if short_base(trial.base) not in bases:
                bases.append(short_base(trial.base))
    for reason, bases in why.items():
        text = f"not tried on {', '.join(bases)}: {reason}"
        lines += paragraph(text, screen, rest="    ")
    return lines


def _summary(trials: Sequence[Trial]) -> str:
    tried = [trial for trial in trials if trial.observed != "error"]
    agreed = sum(trial.agrees is True for trial in tried)
    text = f"{agreed} of {len(tried)} starts as predicted"
    untold = sum(trial.agrees is None for trial in tried)
    if untold:
        text += f", {untold} with no prediction"
    if len(tried) < len(trials):
        text += f", {len(trials) - len(tried)} not tried"
    emulated = [trial.emulator for trial in tried if trial.emulator]
    if emulated:
        count = "all" if len(emulated) == len(trials) else str(len(emulated))
        text += f"; {count} emulated ({', '.join(dict.fromkeys(emulated))}), not on a real CPU"
    return text


def _seen(trial: Trial) -> str:
    """One line: of a program that ran how it ended, else why it did not."""
    if trial.observed == "error":
        return ""  # `outcome` says why, once for all bases
    if trial.observed == "refused":
        return next((line for line in trial.output_tail.splitlines() if line.strip()), "nothing")
    if trial.exit_code is None:
        return "still running at the end of its time"
    last = trial.output_tail.splitlines()[-1:] if trial.exit_code else []
    return ": ".join([f"exit code {trial.exit_code}", *last])


def _told(trial: Trial) -> str:
    end = "still running" if trial.exit_code is None else f"exit code {trial.exit_code}"
    return f"{trial.observed} ({end}): {' / '.join(trial.output_tail.splitlines()) or 'no output'}"
