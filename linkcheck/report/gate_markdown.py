"""Markdown, as a step summary or a comment on a merge request shows it."""

from __future__ import annotations

from linkcheck.model.gate import GateFinding, GateReport
from linkcheck.report.gate_words import summary, target_name, verdict_word
from linkcheck.report.screen import Screen
from linkcheck.report.text import plain


def render(report: GateReport, screen: Screen = Screen()) -> str:  # noqa: ARG001, B008 -- frozen; every format takes it
    """A table of targets, and one of the new findings."""
    lines = [f"## linkcheck: {'pass' if report.passed else 'fail'}", "", f"{summary(report)}.", ""]
    if report.targets:
        lines += ["| | Target | Base | Program |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {'pass' if one.passed else '**fail**'} | {cell(target_name(one))} "
            f"| {cell(one.base or '')} | {verdict_word(one)} |"
            for one in report.targets
        ]
        lines.append("")
    found = [one for target in report.targets for one in target.findings if one.state == "new"]
    if found:
        lines += ["| Rule | Level | Place | Finding | Fix |", "| --- | --- | --- | --- | --- |"]
        lines += [_row(one) for one in found]
        lines.append("")
    if report.errors:
        lines += ["Could not be judged:", ""]
        lines += [f"* {cell(error.message)}" for error in report.errors]
        lines.append("")
    return "\n".join(lines)


def _row(finding: GateFinding) -> str:
    place = f"{finding.at.path}:{finding.at.line}" if finding.at.line else finding.at.path
    cells = (finding.rule, finding.level, cell(place), cell(finding.message), cell(finding.fix))
    return f"| {' | '.join(cells)} |"


def cell(text: str) -> str:
    """Text that breaks no table and is no markup: names can be hostile."""
    safe = plain(text).replace("\\", "\\\\").replace("|", "\\|").replace("`", "\\`")
    return safe.replace("<", "&lt;").replace("*", "\\*").replace("[", "\\[")
