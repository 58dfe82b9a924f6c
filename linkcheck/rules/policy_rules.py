"""The rules about policies, LC6xx: one file each, whose docstring is its page."""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.stageimage import Line
from linkcheck.model.verdicts import Finding
from linkcheck.rules import (
    lc601_not_static,
    lc602_glibc_floor,
    lc603_cgo_not_allowed,
    lc604_too_large,
    lc605_base_not_allowed,
    lc606_unused_ignore,
    lc607_ignore_not_honoured,
)
from linkcheck.rules.demand import DemandContext, DemandRule

DEMANDS: tuple[DemandRule, ...] = (
    lc601_not_static.RULE,
    lc602_glibc_floor.RULE,
    lc603_cgo_not_allowed.RULE,
    lc604_too_large.RULE,
    lc605_base_not_allowed.RULE,
    lc606_unused_ignore.RULE,
    lc607_ignore_not_honoured.RULE,
)


def run_demands(ctx: DemandContext) -> Iterator[tuple[Finding, Line | None]]:
    """All findings about one target, in the order of DEMANDS. Raises nothing."""
    for rule in DEMANDS:
        yield from rule.check(ctx)
