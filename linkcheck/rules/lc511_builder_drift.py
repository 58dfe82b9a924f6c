"""The builder's tag moves on to a newer C library than the pinned runtime has.

## What it means

`golang:1` and `golang:1.27` name no Debian release: they stand on the newest one, and move on with
it. A program that uses cgo takes the symbol versions of the glibc that it is linked against, so
one day the image builds as always and ends with ``version `GLIBC_2.38' not found`` at its start.

## How to see it

    docker run --rm golang:1 ldd --version

## Fix

Name the release of the runtime: `golang:1.27-bookworm` for Debian 12. Or build without cgo:
`CGO_ENABLED=0`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.provides import UNKNOWN
from linkcheck.model.verdicts import Finding, Level
from linkcheck.rules.stage import Placed, StageContext, StageRule

_MERGED = (2, 34)


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding where cgo is on and the builder's glibc is, or can become, newer.

    None where the program itself was judged: its own versions say more.
    """
    builder = ctx.builder
    if builder is None or ctx.base is None or ctx.facts is not None:
        return
    if builder.libc != "glibc" or builder.cgo == "off" or builder.static:
        return
    if builder.calls_c == "no" and not builder.race:
        return
    has = ctx.base.provides.libc_version
    if ctx.base.provides.libc != "glibc" or has is UNKNOWN or has is None:
        return
    newer = builder.libc_version is not None and _release(builder.libc_version) > _release(has)
    if not newer:
        return
    # from 2.34 on every program that links libc asks for __libc_start_main@GLIBC_2.34
    crosses = _release(builder.libc_version or "") >= _MERGED > _release(has)
    sure = crosses and (builder.race or builder.calls_c == "yes")
    moves = ", and the tag moves on" if builder.floating else ""
    message = (
        f"{builder.ref} has glibc {builder.libc_version}{moves}; {ctx.base.ref} has {has}: "
        + ("it does not start" if sure else "a program that uses cgo may not start")
    )
    fix = f"pin the builder to the distribution of {ctx.base.ref}, or build with CGO_ENABLED=0"
    seen = (builder.because,) if builder.calls_c == "yes" else ()
    level: Level = "error" if sure else "warning"
    yield Placed(Finding(RULE.id, level, message, seen, fix), builder.at)


def _release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


RULE = StageRule("LC511", "builder-drift", "error", check, __doc__)
