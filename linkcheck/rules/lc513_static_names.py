"""The build links glibc statically and keeps its name service.

## What it means

`-extldflags -static` on a glibc builder without `-tags netgo,osusergo` makes the linker warn: Using
'getaddrinfo' in statically linked applications requires at runtime the shared libraries from the
glibc version used for linking. The program starts anywhere; looking up a host or a user may crash
it (SIGFPE, SIGSEGV) or end with `Temporary failure in name resolution`.

## How to see it

    go tool nm ./app | grep _C2func_getaddrinfo

## Fix

`go build -tags netgo,osusergo -ldflags '-extldflags -static'`, or `CGO_ENABLED=0`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Placed, StageContext, StageRule


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding where the build's flags show it; none where the program was judged itself."""
    builder = ctx.builder
    if builder is None or ctx.facts is not None or builder.libc != "glibc":
        return
    if builder.static and not builder.pure_names and builder.cgo != "off":
        message = "-extldflags -static on glibc keeps getaddrinfo, which opens shared libraries"
        fix = "add -tags netgo,osusergo, or build with CGO_ENABLED=0"
        yield Placed(Finding(RULE.id, RULE.level, message, (), fix), builder.build)


RULE = StageRule("LC513", "static-names", "warning", check, __doc__)
