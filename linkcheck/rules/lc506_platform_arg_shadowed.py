"""A default hides the platform that BuildKit gives.

## What it means

BuildKit sets TARGETPLATFORM, TARGETOS, TARGETARCH and their BUILD twins itself, but an `ARG
TARGETARCH=amd64` inside a stage replaces the value: every platform of a multi-platform build then
gets a program for amd64.

## How to see it

    docker buildx build --platform linux/arm64 --progress plain . 2>&1 | grep GOARCH

## Fix

Declare it without a default: `ARG TARGETARCH`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkcheck.model.stageimage import Setting
from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Edit, Placed, StageContext, StageRule

_OWN = re.compile(r"(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)\Z")


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding for each such ARG of the stages that matter."""
    told: set[tuple[str, int]] = set()
    for image in ctx.stages or (ctx.image,):
        for name, setting in image.arguments.items():
            if _OWN.match(name) and setting.default and (name, setting.at.line) not in told:
                told.add((name, setting.at.line))
                yield _finding(name, setting)


def _finding(name: str, setting: Setting) -> Placed:
    message = f"ARG {name}={setting.value} hides the value that BuildKit gives"
    found = Finding(RULE.id, RULE.level, message, (), f"write ARG {name}")
    edit = Edit(setting.at.line, f"{name}={setting.value}", name)
    return Placed(found, setting.at, edit if setting.at.line == setting.at.end_line else None)


RULE = StageRule("LC506", "platform-arg-shadowed", "warning", check, __doc__)
