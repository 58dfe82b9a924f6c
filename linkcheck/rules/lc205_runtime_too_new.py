"""A library other than glibc is older in the image than at build time.

## What it means

libstdc++, libgcc and many others carry versions as glibc does: GLIBCXX_3.4.32, CXXABI_1.3.13,
GCC_14.0.0, OPENSSL_3.2.0. The loader checks them at start: "version `GLIBCXX_3.4.32' not found".

## How to see it

    readelf -V ./app
    strings /usr/lib/x86_64-linux-gnu/libstdc++.so.6 | grep ^GLIBCXX

## Fix

Build on the distribution of the base, or link the compiler's libraries in:
`-static-libstdc++ -static-libgcc` (for cgo through CGO_LDFLAGS).
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.needs import Need
from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.struck import findings, struck_bases

_COMPILER_LIBRARIES = ("libstdc++.so", "libgcc_s.so")


def check(ctx: RuleContext) -> Iterator[Finding]:
    """One finding a named base whose library is too old; a note for the others."""
    struck = struck_bases(ctx, "fails", _is_other_version, "is not in its library")
    compiler_only = all(
        need.value.startswith(_COMPILER_LIBRARIES) for one in struck for need in one.needs
    )
    fix = (
        "link with -static-libstdc++ -static-libgcc, or build on that base"
        if compiler_only
        else None
    )
    yield from findings(ctx, RULE.id, RULE.level, struck, fix=fix)


def _is_other_version(need: Need) -> bool:
    return need.kind == "symbol-version" and " GLIBC_" not in need.value


RULE = Rule("LC205", "runtime-too-new", "error", check, __doc__)
