"""The build or the final stage is tied to another platform than the image is built for.

## What it means

A final stage `FROM --platform=$BUILDPLATFORM` has the machine of whoever builds, not the one that
the image is for, and a fixed `GOARCH=amd64` puts a program for amd64 into images of every
platform. Both work until someone builds on or for another machine; then the start ends with `exec
format error`.

## How to see it

    docker buildx build --platform linux/arm64 --load -t check . && docker inspect check
    file ./app

## Fix

Leave `--platform` to the stages that compile, and cross-compile there: `ARG TARGETOS TARGETARCH`
and `RUN GOOS=$TARGETOS GOARCH=$TARGETARCH go build`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """A finding for the final FROM, and one for a GOOS or GOARCH that is another machine's."""
    text = ctx.image.base.platform_text or ""
    if "BUILDPLATFORM" in text or "BUILDARCH" in text:
        message = f"the final stage has the platform of the building machine ({text})"
        fix = "remove --platform from the final FROM"
        yield Placed(Finding(RULE.id, "warning", message, (), fix), ctx.image.base.at)
    builder = ctx.builder
    if builder is None:
        return
    system, _, rest = ctx.platform.partition("/")
    machine = rest.partition("/")[0]
    for name, value, wanted in (
        ("GOOS", builder.goos, system),
        ("GOARCH", builder.goarch, machine),
    ):
        if value and value != wanted:
            message = f"{name}={value} in an image for {ctx.platform}: exec format error"
            fix = f"write {name}=$TARGET{name.removeprefix('GO')} and ARG TARGET{name[2:]}"
            yield Placed(Finding(RULE.id, RULE.level, message, (), fix), builder.build)


RULE = StageRule("LC505", "platform", "error", check, __doc__)
