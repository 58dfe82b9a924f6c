"""A static program contains glibc's name service, which opens shared libraries at run time.

## What it means

glibc's getaddrinfo, getpwnam and their like read /etc/nsswitch.conf and open NSS modules
(`libnss_*.so.2`) with dlopen, in static programs too. The modules must be of the very release
that was linked in. Where they are missing, lookups fail ("Temporary failure in name
resolution"); where they are of another release, the program may crash with SIGSEGV or SIGFPE.
The linker warns: "Using 'getaddrinfo' in statically linked applications requires at runtime the
shared libraries from the glibc version used for linking".

## How to see it

    go tool nm ./app | grep -E '_C2?func_(getaddrinfo|mygetpw)'
    readelf -n ./app | grep 'ABI:'

## Fix

For Go build with `-tags netgo,osusergo`: then nothing of NSS is linked. For C link against musl,
which has no NSS.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.remedies import best_known, is_static, optional_c


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding, for static glibc programs that link NSS users."""
    name_service = ctx.needs_of("nss")
    if not is_static(ctx.facts) or ctx.facts.libc.family != "glibc" or not name_service:
        return
    callers = optional_c(ctx.facts.go) if ctx.facts.go is not None else ()
    calls = ", ".join(f"{p.package} calls {best_known(p)}" for p in callers)
    yield Finding(
        RULE.id,
        RULE.level,
        f"static, but glibc's name service is in it{f' ({calls})' if calls else ''}: "
        "lookups that need it open NSS modules of that very glibc",
        tuple(line for need in name_service for line in need.evidence),
        "build with `-tags netgo,osusergo`, or link statically against musl",
    )


RULE = Rule("LC104", "static-glibc-nss", "warning", check, __doc__)
