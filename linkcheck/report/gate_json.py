"""JSON, version 1, of a gate: the document of `analyze` with `gate` beside its subjects."""

from __future__ import annotations

import json
from typing import Any

from linkcheck.model.gate import GateFinding, GateReport, TargetResult
from linkcheck.model.report import Report
from linkcheck.report.json import project
from linkcheck.report.screen import Screen


def render(report: GateReport, screen: Screen = Screen()) -> str:  # noqa: ARG001, B008 -- frozen; every format takes it
    """The report as indented ASCII JSON with a final newline."""
    subjects = [target.subject for target in report.targets if target.subject is not None]
    document = project(Report(tuple(subjects), report.errors))
    numbers = iter(range(len(subjects)))
    document["gate"] = {
        "passed": report.passed,
        "fail_on": report.fail_on,
        "targets": [
            _target(target, next(numbers) if target.subject is not None else None)
            for target in report.targets
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _target(target: TargetResult, subject: int | None) -> dict[str, Any]:
    return {
        "name": target.name,
        "dockerfile": target.dockerfile,
        "stage": target.stage,
        "base": target.base,
        "subject": subject,
        "passed": target.passed,
        "findings": [_finding(one) for one in target.findings],
    }


def _finding(finding: GateFinding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "message": finding.message,
        "evidence": list(finding.evidence),
        "fix": finding.fix,
        "path": finding.at.path,
        "line": finding.at.line,
        "end_line": finding.at.end_line,
        "fingerprint": finding.fingerprint,
        "state": finding.state,
        "reason": finding.reason,
    }
