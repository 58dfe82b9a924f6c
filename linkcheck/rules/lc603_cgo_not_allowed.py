"""A package calls C, and the policy does not allow it to.

## What it means

`allow-cgo` lists the modules that may call C; `require = ["pure-go"]` allows none, not even Go's
own `net` and `os/user`.

## How to see it

    go tool nm ./app | grep _Cfunc_

## Fix

Replace the module, or add it to `allow-cgo` if it is meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.stageimage import Line
from linkcheck.model.verdicts import Finding
from linkcheck.rules.demand import DemandContext, DemandRule
from linkcheck.rules.remedies import PURE_GO_TAGS


def check(ctx: DemandContext) -> Iterator[tuple[Finding, Line | None]]:
    """One finding a package that is not allowed to."""
    go = ctx.facts.go if ctx.facts else None
    if go is None:
        return
    none = "pure-go" in ctx.policy.require
    allowed = ctx.policy.allow_cgo
    if not none and allowed is None:
        return
    for package in go.cgo_packages:
        own = package.module == "std" or package.package in PURE_GO_TAGS
        if own and not none:
            continue
        module = (package.module or package.package).split(" ")[0]
        if not none and any(name in (module, package.package) for name in allowed or ()):
            continue
        message = f"{package.package} calls C ({', '.join(package.functions[:3])})"
        fix = "build with CGO_ENABLED=0" if own else f"replace {module}, or allow it"
        yield Finding(RULE.id, RULE.level, message, (), fix), None


RULE = DemandRule("LC603", "cgo-not-allowed", "error", check, __doc__)
