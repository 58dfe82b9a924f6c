"""Workflow commands of GitHub Actions: an annotation on the line of each finding.

docs.github.com, "Workflow commands for GitHub Actions". The step summary is the format markdown.
"""

from __future__ import annotations

from linkcheck.model.gate import GateFinding, GateReport
from linkcheck.report.gate_words import summary
from linkcheck.report.screen import Screen
from linkcheck.report.text import plain

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: GateReport, screen: Screen = Screen()) -> str:  # noqa: ARG001, B008 -- frozen; every format takes it
    """A line a new finding, one an unreadable input, and the summary."""
    lines = [_annotation(one) for t in report.targets for one in t.findings if one.state == "new"]
    lines += [f"::error title=linkcheck::{data(error.message)}" for error in report.errors]
    return "\n".join([*lines, data(summary(report))]) + "\n"


def _annotation(finding: GateFinding) -> str:
    title = property_value(f"linkcheck {finding.rule}")
    place = ""
    if finding.at.path:
        place = f"file={property_value(finding.at.path)},"
        if finding.at.line:
            place += f"line={finding.at.line},endLine={finding.at.end_line},"
    fix = f"\nFix: {finding.fix}" if finding.fix else ""
    command = _COMMANDS[finding.level]
    return f"::{command} {place}title={title}::{data(finding.message + fix)}"


def data(value: str) -> str:
    """Escaped as `toCommandValue` of @actions/core does, control characters spelled out."""
    lines = "\n".join(plain(line) for line in value.split("\n"))
    return lines.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_value(value: str) -> str:
    """As `escapeProperty` of @actions/core."""
    return data(value).replace(":", "%3A").replace(",", "%2C")
