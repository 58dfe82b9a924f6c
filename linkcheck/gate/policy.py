"""Levels of a policy applied to findings, and the yes or no."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, cast

from linkcheck.model.gate import LEVELS, GateFinding, Policy
from linkcheck.model.verdicts import Level

UNKNOWN_RULE: Final = "LC500"


def levelled(findings: Sequence[GateFinding], policy: Policy) -> tuple[GateFinding, ...]:
    """The findings at the policy's levels; those that it turns off are left out."""
    result = []
    for finding in findings:
        level = policy.severity.get(finding.rule, finding.level)
        if level != "off":
            result.append(finding._replace(level=cast(Level, level)))
    return tuple(result)


def known_before(
    findings: Sequence[GateFinding], baseline: Collection[str]
) -> tuple[GateFinding, ...]:
    """The findings with those marked that the baseline holds."""
    return tuple(
        one._replace(state="known") if one.state == "new" and one.fingerprint in baseline else one
        for one in findings
    )


def passes(findings: Sequence[GateFinding], policy: Policy) -> bool:
    """Whether no new finding reaches the level of the policy.

    An LC500 says that something is unknown, which never passes, whatever its level: an ignore with
    a reason, or the baseline, has to cover it.
    """
    limit = LEVELS.index(policy.fail_on)
    return not any(
        LEVELS.index(one.level) >= limit or one.rule == UNKNOWN_RULE
        for one in findings
        if one.state == "new"
    )
