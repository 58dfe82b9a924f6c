"""JSON, version 1: an explicit projection, so that renaming a field of ours renames no key.

The contract is docs/json.md and `linkcheck schema`; keys are added, never renamed or removed.
"""

from __future__ import annotations

import json
from typing import Any

from linkcheck import __version__
from linkcheck.model.facts import BinaryFacts, GoFacts
from linkcheck.model.needs import Need
from linkcheck.model.report import Build, Report, Subject, Trial
from linkcheck.model.verdicts import Finding, Recommendation, Verdict
from linkcheck.report.screen import Screen

SCHEMA_VERSION = "1"


def render(report: Report, screen: Screen = Screen()) -> str:  # noqa: ARG001, B008 -- frozen; every format takes it
    """The report as indented ASCII JSON with a final newline."""
    return json.dumps(project(report), indent=2) + "\n"


def project(report: Report) -> dict[str, Any]:
    """The report as the JSON document of version 1."""
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "linkcheck", "version": __version__},
        "subjects": [_subject(s) for s in report.subjects],
        "errors": [{"path": e.path, "message": e.message} for e in report.errors],
    }
    if report.builds is not None:
        document["builds"] = [_build(b) for b in report.builds]
    return document


def _subject(subject: Subject) -> dict[str, Any]:
    facts = subject.facts
    elf = facts.elf
    projected: dict[str, Any] = {
        "path": facts.path,
        "sha256": subject.sha256,
        "size": facts.size,
        "format": facts.format,
        "platform": facts.platform,
        "linkage": elf.linkage if elf else None,
        "interpreter": elf.interpreter if elf else None,
        "needed": list(elf.needed if elf else facts.needed),
        "libc": {"family": facts.libc.family, "minimum": facts.libc.minimum},
        "go": _go(facts),
        "needs": [_need(n) for n in subject.needs],
        "findings": [_finding(f) for f in subject.findings],
        "verdicts": [_verdict(v) for v in subject.verdicts],
        "recommendation": _recommendation(subject.recommendation),
    }
    if subject.trials:  # only there when `verify` made some
        projected["trials"] = [trial_document(t) for t in subject.trials]
    return projected


def _go(facts: BinaryFacts) -> dict[str, Any] | None:
    go: GoFacts | None = facts.go
    if go is None:
        return None
    return {
        "version": go.version,
        "path": go.path,
        "module": go.main.path if go.main else None,
        "settings": dict(go.settings),
        "resolver": go.resolver,
        "cgo_packages": [
            {"package": p.package, "functions": list(p.functions), "module": p.module}
            for p in go.cgo_packages
        ],
    }


def _need(need: Need) -> dict[str, Any]:
    return {
        "kind": need.kind,
        "value": need.value,
        "when": need.when,
        "confidence": need.confidence,
        "evidence": list(need.evidence),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "message": finding.message,
        "evidence": list(finding.evidence),
        "fix": finding.fix,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    projected: dict[str, Any] = {
        "base": verdict.base,
        "verdict": verdict.answer,
        "unmet": list(dict.fromkeys(need.kind for need in verdict.unmet)),
        "reason": verdict.reason,
        "error_text": verdict.error_text,
    }
    if verdict.trace:  # only there when --trace asked for it
        projected["trace"] = list(verdict.trace)
    return projected


def _recommendation(recommendation: Recommendation | None) -> dict[str, Any] | None:
    if recommendation is None:
        return None
    return {
        "base": recommendation.base,
        "because": list(recommendation.because),
        "add": list(recommendation.add),
        "alternatives": list(recommendation.alternatives),
    }


def trial_document(trial: Trial) -> dict[str, Any]:
    """One start as it stands in every document."""
    return {
        "base": trial.base,
        "observed": trial.observed,
        "exit_code": trial.exit_code,
        "output_tail": trial.output_tail,
        "agrees": trial.agrees,
        "emulator": trial.emulator or None,
    }


def _build(build: Build) -> dict[str, Any]:
    return {
        "recipe": build.recipe,
        "platform": build.platform,
        "go": build.go,
        "status": build.status,
        "seconds": build.seconds,
        "log_tail": build.log_tail,
        "path": build.path,
        "image_size": build.image_size,
        "subject": build.subject,
        "trials": [trial_document(t) for t in build.trials],
        "name": build.name,
        "notes": list(build.notes),
        "shippable": build.shippable,
        "image_measured": build.image_measured,
        "image_sizes": [{"base": i.base, "size": i.size} for i in build.image_sizes],
    }
