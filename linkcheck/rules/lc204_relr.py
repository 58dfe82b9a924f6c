"""Packed relative relocations (DT_RELR) raise the glibc that the program accepts to 2.36.

## What it means

Linked with `-z pack-relative-relocs`, a program is smaller, and carries a version need of
GLIBC_ABI_DT_RELR, which glibc has from 2.36 on. An older one refuses it, whatever symbols are
used. Where the version need is lacking, each glibc that knows DT_RELR refuses the program too:
"DT_RELR without GLIBC_ABI_DT_RELR dependency".

## How to see it

    readelf -d ./app | grep RELR
    readelf -V ./app | grep DT_RELR

## Fix

Link with `-z nopack-relative-relocs` (for cgo: `CGO_LDFLAGS=-Wl,-z,nopack-relative-relocs`).
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext

_NODE = "GLIBC_ABI_DT_RELR"
_FIX = "link with -z nopack-relative-relocs"


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding; none for static programs and musl's, which have no such floor."""
    elf = ctx.facts.elf
    if elf is None or elf.interpreter is None or ctx.facts.libc.family != "glibc":
        return
    nodes = {need.version for need in elf.version_needs}
    if _NODE in nodes and ctx.facts.libc.minimum in (None, "2.36"):
        message = f"{_NODE} keeps it off every glibc before 2.36"
        yield Finding(RULE.id, "note", message, (f"readelf -V: {_NODE}",), _FIX)
    elif elf.has_relr and nodes and _NODE not in nodes:
        message = f"it has DT_RELR without a need of {_NODE}: glibc refuses it"
        evidence = ("readelf -d: RELR", f"readelf -V: no {_NODE}")
        yield Finding(RULE.id, RULE.level, message, evidence, _FIX)


RULE = Rule("LC204", "relr", "warning", check, __doc__)
