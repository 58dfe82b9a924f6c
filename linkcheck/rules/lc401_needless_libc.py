"""Only Go's own `net` or `os/user` bring libc in, and both can do without.

## What it means

With cgo on, `net` calls getaddrinfo and `os/user` calls getpwnam, and that alone makes the
program dynamic: it needs a loader and a libc of the right kind and age. Both packages have a pure
Go form that reads /etc/resolv.conf, /etc/hosts and /etc/passwd itself.

## How to see it

    go version -m ./app | grep CGO_ENABLED
    go tool nm ./app | grep _C2func_getaddrinfo

## Fix

Build with `CGO_ENABLED=0`, or with `-tags netgo,osusergo` where other packages need cgo. Only
lookups through LDAP, mDNS or other NSS modules are lost.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.remedies import (
    PURE_GO_TAGS,
    best_known,
    foreign_c,
    is_static,
    optional_c,
    wrapper_of,
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding: a warning where a named base refuses the program, else a note."""
    go = ctx.facts.go
    if go is None or is_static(ctx.facts) or foreign_c(go) or not optional_c(go):
        return
    packages = optional_c(go)
    calls = " and ".join(f"`{p.package}` brings in {best_known(p)}" for p in packages)
    tags = ",".join(PURE_GO_TAGS[p.package] for p in packages)
    yield Finding(
        RULE.id,
        RULE.level if ctx.fails_where_asked() else "note",
        f"{calls}: nothing else in it needs libc",
        tuple(wrapper_of(p, best_known(p)) for p in packages),
        f"build with `-tags {tags}` or CGO_ENABLED=0",
    )


RULE = Rule("LC401", "needless-libc", "warning", check, __doc__)
