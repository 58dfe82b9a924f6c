"""A library of the image does not define a symbol that the program uses.

## What it means

All libraries are there, but one lacks a function. Most often a glibc program meets musl: musl
answers to the name libc.so.6, yet has no `__printf_chk`, `__res_search` or `fopen64` for programs
to use: "Error relocating /app: __res_search: symbol not found". With glibc it is a library that
is older than the one at build time: "undefined symbol".

## How to see it

    readelf -sW --dyn-syms ./app | grep UND

against the same list of the image's library, without UND.

## Fix

Build in the image that the program shall run in (for Alpine: `golang:alpine`), or without cgo.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.struck import findings, of_kind, struck_bases


def check(ctx: RuleContext) -> Iterator[Finding]:
    """One finding a named base that lacks symbols; a note for the others."""
    struck = struck_bases(ctx, "fails", of_kind("symbol"), "is not defined there")
    yield from findings(ctx, RULE.id, RULE.level, struck)


RULE = Rule("LC202", "symbol-missing", "error", check, __doc__)
