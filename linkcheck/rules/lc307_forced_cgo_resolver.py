"""The build forces name lookups through the C library.

## What it means

The tag netcgo makes Go resolve host names with getaddrinfo always, where its own resolver is the
default otherwise. Then /etc/nsswitch.conf and the NSS modules of the base decide what is found,
each lookup blocks a thread, and musl and glibc differ in search domains and in TCP fallback.

## How to see it

    go version -m ./app | grep -- -tags
    GODEBUG=netdns=1 ./app

## Fix

Build without `netcgo`; where a single deployment needs libc's resolver, set `GODEBUG=netdns=cgo`
there.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.remedies import build_tags


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding."""
    go = ctx.facts.go
    if go is None or go.resolver != "cgo" or "netcgo" not in build_tags(go):
        return
    yield Finding(
        RULE.id,
        RULE.level,
        "host names are always resolved by the C library of the image (tag netcgo)",
        (f"go version -m: -tags={go.setting('-tags')}",),
        "build without the tag netcgo; GODEBUG=netdns=cgo chooses it at run time",
    )


RULE = Rule("LC307", "forced-cgo-resolver", "warning", check, __doc__)
