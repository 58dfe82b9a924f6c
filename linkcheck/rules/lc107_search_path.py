"""The library search path of the program names folders that do not belong there.

## What it means

RPATH and RUNPATH are searched before the system's folders. A relative or empty entry means the
working directory of whoever starts the program, and /tmp is writable for everyone: both let
others slip in a library. A folder of the build machine (/home, /root, /build) is just not there
in the image, so the library found at build time is not found.

## How to see it

    readelf -d ./app | grep -E 'R(UN)?PATH'

## Fix

Link without the path, or with one relative to the program: `-Wl,-rpath,'$ORIGIN/../lib'`.
`patchelf --remove-rpath` takes it out of a finished program.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.facts import ElfFacts
from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext

_OF_THE_BUILD = ("/home/", "/root/", "/build/", "/builds/", "/builddir/", "/Users/", "/workspace/")
_WRITABLE = ("/tmp", "/var/tmp", "/dev/shm")
_TOKENS = ("$ORIGIN", "${ORIGIN}")


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A warning for entries that others can write to, a note for folders of the build machine."""
    if ctx.facts.elf is None:
        return
    tag, entries = _search_path(ctx.facts.elf)
    insecure = [entry for entry in entries if _is_insecure(entry)]
    foreign = [entry for entry in entries if f"{entry}/".startswith(_OF_THE_BUILD)]
    evidence = (f"readelf -d: {tag} [{':'.join(entries)}]",)
    fix = "link without -rpath, or with $ORIGIN (patchelf --remove-rpath)"
    if insecure:
        named = ", ".join(entry or "(empty: the working directory)" for entry in insecure)
        message = f"libraries are searched for in folders that others may write to: {named}"
        yield Finding(RULE.id, RULE.level, message, evidence, fix)
    if foreign:
        message = (
            f"libraries are searched for in folders of the build machine: {', '.join(foreign)}"
        )
        yield Finding(RULE.id, "note", message, evidence, fix)


def _search_path(elf: ElfFacts) -> tuple[str, list[str]]:
    """RUNPATH voids RPATH (`decompose_rpath` in glibc's dl-load.c)."""
    tag, value = ("RUNPATH", elf.runpath) if elf.runpath is not None else ("RPATH", elf.rpath)
    return tag, value.split(":") if value else []


def _is_insecure(entry: str) -> bool:
    if not entry.startswith("/"):
        return not entry.startswith(_TOKENS)
    return any(entry == folder or entry.startswith(f"{folder}/") for folder in _WRITABLE)


RULE = Rule("LC107", "search-path", "warning", check, __doc__)
