"""One sentence on what to do about a verdict that is not `runs`."""

from __future__ import annotations

from collections.abc import Iterable

from linkcheck.model.facts import BinaryFacts
from linkcheck.model.needs import Need
from linkcheck.model.provides import BaseImage
from linkcheck.model.verdicts import Refusal
from linkcheck.rules.remedies import RUN_FIXES, base_with, build_change, older_glibc


def load_fix(facts: BinaryFacts, refusal: Refusal, base: BaseImage) -> str:
    """What makes `refusal` go away: a change of the build, then another base."""
    match refusal.kind:
        case "platform":
            return _for_platform(facts, base)
        case "cpu":
            return "build for the baseline CPU (GOAMD64=v1, or -march=x86-64 for C)"
        case "library":
            change = build_change(facts)
            return f"add the package with {refusal.value} to the image" + (
                f", or {change}" if change else ""
            )
        case "symbol-version":
            return _for_version(facts, refusal, base)
        case _:
            return " or ".join(filter(None, (build_change(facts), base_with(facts))))


def run_fix(needs: Iterable[Need]) -> str:
    """What gives the base all of `needs`, or the program a way to do without."""
    return "; ".join(
        dict.fromkeys(RUN_FIXES[need.kind] for need in needs if need.kind in RUN_FIXES)
    )


def _for_platform(facts: BinaryFacts, base: BaseImage) -> str:
    if not facts.platform.startswith("linux/"):
        return "build with GOOS=linux" if facts.go is not None else "build it for Linux"
    published = base.provides.platforms
    if isinstance(published, tuple) and published:
        return f"build for {published[0]}, or take a base that comes for {facts.platform}"
    return f"take a base that comes for {facts.platform}"


def _for_version(facts: BinaryFacts, refusal: Refusal, base: BaseImage) -> str:
    release = base.provides.libc_version
    if " GLIBC_" in refusal.value and base.provides.libc == "glibc" and isinstance(release, str):
        return f"{older_glibc(facts, release)}, or {base_with(facts)}"
    return f"build in {base.ref} itself, or take a newer base"
