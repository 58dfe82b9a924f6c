"""ENV changes how the program finds names, certificates or time zones.

## What it means

* RES_OPTIONS, LOCALDOMAIN (even empty) and HOSTALIASES make Go choose the C library's resolver
  where the program has it; `GODEBUG=netdns=cgo` does so outright.
* SSL_CERT_FILE and SSL_CERT_DIR replace the places where Go looks for certificates. A path that is
  not there is passed over without a word, and every TLS connection fails.
* A TZ or ZONEINFO that is not there means UTC, without a word.

## How to see it

    docker inspect --format '{{.Config.Env}}' IMAGE

## Fix

Remove the variable, or put what it names into the image.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.stageimage import Setting
from linkcheck.model.verdicts import Finding, Level
from linkcheck.rules.stage import Placed, StageContext, StageRule

_RESOLVER = ("RES_OPTIONS", "LOCALDOMAIN", "HOSTALIASES")


def check(ctx: StageContext) -> Iterator[Placed]:
    """A warning for a value that names what is not there, a note for a changed resolver."""
    for name, setting in ctx.image.environment.items():
        level, message = _about(ctx, name, setting)
        if message:
            fix = f"remove {name}, or make sure that it is meant"
            yield Placed(Finding(RULE.id, level, message, (), fix), setting.at)


def _about(ctx: StageContext, name: str, setting: Setting) -> tuple[Level, str]:
    value = setting.value
    if name in _RESOLVER:
        return "note", f"{name} makes Go choose the C library's resolver where it has one"
    if name == "GODEBUG" and "netdns=" in value:
        forced = "netdns=cgo" in value
        words = "forces the C library's resolver" if forced else "chooses the resolver"
        return ("warning" if forced else "note"), f"GODEBUG={value} {words}"
    if name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "ZONEINFO") and value.startswith("/"):
        if ctx.has(value) is False:
            return "warning", f"{name}={value} is not in the image: passed over without a word"
    elif name == "TZ" and value not in ("", "UTC", "Etc/UTC", "UTC0") and "/" in value:
        zone = f"/usr/share/zoneinfo/{value}"
        embedded = ctx.facts is not None and _embeds_zones(ctx)
        if ctx.base is not None and ctx.base.provides.tzdata is None and not embedded:
            return "warning", f"TZ={value}: {zone} is not in the image: it means UTC"
    return "note", ""


def _embeds_zones(ctx: StageContext) -> bool:
    go = ctx.facts.go if ctx.facts else None
    return go is not None and any("time/tzdata." in marker for marker in go.markers)


RULE = StageRule("LC510", "environment", "warning", check, __doc__)
