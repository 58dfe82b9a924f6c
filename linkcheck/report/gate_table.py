"""For people: one block a target, a line a finding with its place, and one line at the end."""

from __future__ import annotations

from linkcheck.model.gate import GateFinding, GateReport, TargetResult
from linkcheck.report.gate_words import summary, target_name, verdict_word
from linkcheck.report.screen import Screen
from linkcheck.report.text import paint, paragraph, plain

_COLORS = {"error": "fails", "warning": "degraded", "note": "dim"}


def render(report: GateReport, screen: Screen = Screen()) -> str:  # noqa: B008 -- frozen
    """The report; a target that passes with nothing to tell is one line."""
    lines: list[str] = []
    for target in report.targets:
        lines += _target(target, screen)
    if report.errors:
        lines.append(f"could not be judged: {len(report.errors)}")
        for error in report.errors:
            text = (
                error.message if error.path in error.message else f"{error.path}: {error.message}"
            )
            lines += paragraph(text, screen, first="  ", rest="    ")
    lines.append(summary(report))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _target(target: TargetResult, screen: Screen) -> list[str]:
    word, color = ("pass", "runs") if target.passed else ("FAIL", "fails")
    base = f" on {target.base}" if target.base else ""
    head = f"{target_name(target)}{base}: {verdict_word(target)}"
    lines = paragraph(head, screen, first=f"{word}  ", rest="      ")
    lines[0] = paint(word, color, screen) + lines[0].removeprefix(word)
    told = [one for one in target.findings if one.state == "new"]
    for finding in told:
        lines += _finding(finding, screen)
    for state, words in (("ignored", "ignored"), ("known", "known before")):
        some = [one.rule for one in target.findings if one.state == state]
        if some:
            lines += paragraph(f"{words}: {', '.join(sorted(set(some)))}", screen, first="  ")
    return lines


def _finding(finding: GateFinding, screen: Screen) -> list[str]:
    place = f"{plain(finding.at.path)}:{finding.at.line}" if finding.at.line else finding.at.path
    head = f"{place}: " if place else ""
    tag = f"  {finding.rule} {finding.level}"
    lines = paragraph(f"{head}{finding.message}", screen, first=f"{tag}  ", rest="    ")
    lines[0] = paint(tag, _COLORS[finding.level], screen) + lines[0].removeprefix(tag)
    for proof in finding.evidence[:2]:
        lines += paragraph(proof, screen, first="    seen  ")
    if finding.fix:
        lines += paragraph(finding.fix, screen, first="    fix   ")
    return lines
