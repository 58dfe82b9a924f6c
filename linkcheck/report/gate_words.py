"""Words and rule pages that the formats of a gate share."""

from __future__ import annotations

from typing import NamedTuple

from linkcheck.model.gate import GateFinding, GateReport, TargetResult
from linkcheck.model.verdicts import Level
from linkcheck.rules.pages import ALL_RULES


class RulePage(NamedTuple):
    """What a format shows of a rule."""

    id: str
    name: str
    level: Level
    summary: str
    page: str


def rule_page(rule_id: str) -> RulePage:
    """The page of a rule by its id."""
    rule = ALL_RULES[rule_id]
    return RulePage(rule.id, rule.name, rule.level, rule.summary, (rule.page or rule.name).strip())


def used_rules(report: GateReport) -> list[RulePage]:
    """The rules of all findings, in the order of their ids."""
    ids = {one.rule for target in report.targets for one in target.findings}
    return [rule_page(rule_id) for rule_id in sorted(ids)]


def all_findings(report: GateReport) -> list[tuple[TargetResult, GateFinding]]:
    """Every finding with its target; those that are ignored or known too."""
    return [(target, one) for target in report.targets for one in target.findings]


def target_name(target: TargetResult) -> str:
    """The name of a target without the base that a name of linkcheck's own ends with."""
    return target.name.removesuffix(f" on {target.base}") if target.base else target.name


def verdict_word(target: TargetResult) -> str:
    """The answer for the program, or that there was none at hand."""
    return target.verdict.answer if target.verdict else "no program"


def summary(report: GateReport) -> str:
    """One line: "2 of 3 targets pass; 1 error, 2 warnings, 1 ignored, 0 known"."""
    passed = sum(target.passed for target in report.targets)
    found = [one for _, one in all_findings(report)]
    counts = [
        _count(sum(f.state == "new" and f.level == level for f in found), level)
        for level in ("error", "warning", "note")
    ]
    extra = [
        f"{sum(f.state == state for f in found)} {word}"
        for state, word in (("ignored", "ignored"), ("known", "known before"))
        if any(f.state == state for f in found)
    ]
    total = len(report.targets)
    names = "target passes" if total == 1 else "targets pass"
    return f"{passed} of {total} {names}; {', '.join([*counts, *extra])}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
