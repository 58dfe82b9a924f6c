"""The program is for another operating system or machine than the image.

## What it means

A container shares the kernel of a Linux host. Programs for macOS, Windows or a BSD start in no
Linux image, and one for another machine ends with "exec format error" (unless an emulator is
registered on the host, which is slow, and no property of the image).

## How to see it

    file ./app
    go version -m ./app | grep -E 'GOOS|GOARCH'

## Fix

Build for the image: `GOOS=linux GOARCH=amd64 go build`. With Docker, `--platform` and
`FROM --platform=$BUILDPLATFORM` say which machine a stage is for.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.struck import findings, of_kind, struck_bases


def check(ctx: RuleContext) -> Iterator[Finding]:
    """One finding if no Linux image runs it, else one a named base of another machine."""
    platform = ctx.facts.platform
    if platform.startswith(("linux/", "unknown/")):
        struck = struck_bases(ctx, "fails", of_kind("platform"), "is not its platform")
        yield from findings(ctx, RULE.id, RULE.level, struck)
        return
    evidence = tuple(line for need in ctx.needs_of("platform") for line in need.evidence)
    fix = "build with GOOS=linux" if ctx.facts.go is not None else "build it for Linux"
    yield Finding(RULE.id, RULE.level, f"{platform}: no Linux image runs it", evidence, fix)


RULE = Rule("LC106", "wrong-platform", "error", check, __doc__)
