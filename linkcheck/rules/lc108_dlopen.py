"""The program opens libraries by itself, which no list of needed libraries shows.

## What it means

What is loaded with dlopen is in no DT_NEEDED, so `ldd` and most tools miss it. Some programs
publish it in an FDO note (`.note.dlopen`): "required" libraries break the program when absent,
"recommended" and "suggested" ones cost a feature. C code behind cgo that calls dlopen publishes
nothing; only its source tells.

## How to see it

    readelf -p .note.dlopen ./app
    readelf -sW --dyn-syms ./app | grep dlopen
    LD_DEBUG=files ./app

## Fix

Put the libraries that matter into the image.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.facts import BinaryFacts, CgoPackage
from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.remedies import wrapper_of
from linkcheck.rules.struck import findings, of_kind, struck_bases


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A warning where a named base lacks a required one; notes on what is opened, and by whom."""
    missing = struck_bases(ctx, "degraded", of_kind("library"), "is opened, and not in the image")
    yield from findings(ctx, RULE.id, RULE.level, missing)
    elf = ctx.facts.elf
    if elf is None:
        return
    if elf.notes.dlopen:
        named = [f"{' or '.join(note.sonames)} ({note.priority})" for note in elf.notes.dlopen]
        yield Finding(
            RULE.id,
            "note",
            f"it opens libraries by itself: {', '.join(named)}",
            tuple(f"readelf -p .note.dlopen: {entry}" for entry in named),
            "put those that matter into the image",
        )
    caller = _caller_of_dlopen(ctx.facts)
    if caller is not None:
        yield Finding(
            RULE.id,
            "note",
            f"{caller.package} calls dlopen: which library, the file does not say",
            (wrapper_of(caller, "dlopen"),),
            "look it up in the source, and put the library into the image",
        )


def _caller_of_dlopen(facts: BinaryFacts) -> CgoPackage | None:
    packages = facts.go.cgo_packages if facts.go is not None else ()
    return next((p for p in packages if "dlopen" in p.functions and p.module != "std"), None)


RULE = Rule("LC108", "dlopen", "warning", check, __doc__)
