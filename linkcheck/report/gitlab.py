"""GitLab's code quality report (docs.gitlab.com, "Code Quality report format")."""

from __future__ import annotations

import json

from linkcheck.model.gate import GateReport
from linkcheck.report.gate_words import all_findings
from linkcheck.report.screen import Screen

_SEVERITY = {"error": "major", "warning": "minor", "note": "info"}


def render(report: GateReport, screen: Screen = Screen()) -> str:  # noqa: ARG001, B008 -- frozen; every format takes it
    """A JSON array without what is ignored; GitLab compares with the target branch itself."""
    issues: dict[str, dict[str, object]] = {}
    for _, finding in all_findings(report):
        if finding.state == "ignored":
            continue
        fix = f" Fix: {finding.fix}" if finding.fix else ""
        issues.setdefault(
            finding.fingerprint,
            {
                "description": f"{finding.message}.{fix}",
                "check_name": finding.rule,
                "fingerprint": finding.fingerprint,
                "severity": _SEVERITY[finding.level],
                "location": {
                    "path": finding.at.path.removeprefix("./"),
                    "lines": {"begin": max(1, finding.at.line)},
                },
            },
        )
    return json.dumps(list(issues.values()), indent=2) + "\n"
