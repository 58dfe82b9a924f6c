"""SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), as code scanning takes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from linkcheck import __version__
from linkcheck.model.gate import GateFinding, GateReport, TargetResult
from linkcheck.report.gate_words import RulePage, all_findings, used_rules
from linkcheck.report.screen import Screen

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: GateReport, screen: Screen = Screen()) -> str:  # noqa: ARG001, B008 -- frozen; every format takes it
    """One run with the rules that have findings, and a result a finding.

    An ignored finding is a suppressed result, one of the baseline is "unchanged".
    """
    pages = used_rules(report)
    rules = [page.id for page in pages]
    run = {
        "tool": {
            "driver": {
                "name": "linkcheck",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(page) for page in pages],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.errors,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": error.message}}
                    for error in report.errors
                ],
            }
        ],
        "results": [_result(target, one, rules) for target, one in all_findings(report)],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _rule(page: RulePage) -> dict[str, Any]:
    return {
        "id": page.id,
        "name": page.name,
        "shortDescription": {"text": page.summary},
        "fullDescription": {"text": page.summary},
        "help": {"text": page.page, "markdown": page.page},
        "defaultConfiguration": {"level": page.level},
        "properties": {"tags": ["container"], "precision": "high"},
    }


def _result(target: TargetResult, finding: GateFinding, rules: Sequence[str]) -> dict[str, Any]:
    text = f"{finding.message}. Fix: {finding.fix}" if finding.fix else finding.message
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": finding.level,
        "kind": "fail",
        "message": {"text": text},
        "locations": [_location(finding)],
        "partialFingerprints": {"linkcheck/v1": finding.fingerprint},
        "properties": {"target": target.name, "evidence": list(finding.evidence)},
    }
    if finding.state == "ignored":
        result["suppressions"] = [{"kind": "inSource", "justification": finding.reason}]
    result["baselineState"] = "unchanged" if finding.state == "known" else "new"
    if finding.edit is not None:
        result["fixes"] = [_fix(finding)]
    return result


def _location(finding: GateFinding) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": uri(finding.at.path)}}
    if finding.at.line:
        place["region"] = {"startLine": finding.at.line, "endLine": finding.at.end_line}
    return {"physicalLocation": place}


def _fix(finding: GateFinding) -> dict[str, Any]:
    assert finding.edit is not None and finding.edit.text is not None
    line = finding.edit.line
    change = {
        "deletedRegion": {
            "startLine": line,
            "startColumn": 1,
            "endLine": line,
            "endColumn": len(finding.edit.text) + 1,
        },
        "insertedContent": {"text": finding.edit.result()},
    }
    place = {"uri": uri(finding.at.path)}
    return {
        "description": {"text": finding.fix},
        "artifactChanges": [{"artifactLocation": place, "replacements": [change]}],
    }


def uri(path: str) -> str:
    """A relative reference for a relative path, a file: URI for an absolute one (RFC 3986)."""
    quoted = quote(path.encode("utf-8", "surrogateescape"), safe="/!$&'()*+,;=@~")
    return f"file://{quoted}" if path.startswith("/") else quoted.removeprefix("./")
