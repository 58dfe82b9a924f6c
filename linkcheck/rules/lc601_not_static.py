"""The policy requires a static program, and it is not.

## What it means

`require = ["static"]` promises that the program starts on any base, scratch included.

## How to see it

    readelf -l ./app | grep interpreter

## Fix

For Go, `CGO_ENABLED=0 go build`; where C code is needed, link statically against musl.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.stageimage import Line
from linkcheck.model.verdicts import Finding
from linkcheck.rules.demand import DemandContext, DemandRule
from linkcheck.rules.remedies import build_change, is_static


def check(ctx: DemandContext) -> Iterator[tuple[Finding, Line | None]]:
    """One finding where the program is known to be dynamic."""
    if "static" not in ctx.policy.require or ctx.facts is None or is_static(ctx.facts):
        return
    kind = ctx.facts.elf.linkage if ctx.facts.elf else ctx.facts.format
    fix = build_change(ctx.facts) or "build it for Linux, statically"
    yield (
        Finding(
            RULE.id, RULE.level, f"the policy requires a static program: it is {kind}", (), fix
        ),
        None,
    )


RULE = DemandRule("LC601", "not-static", "error", check, __doc__)
