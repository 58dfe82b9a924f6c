"""The program asks for an executable stack.

## What it means

PT_GNU_STACK carries the X flag, mostly as an assembly file lacks its `.note.GNU-stack` section.
Every overflow of the stack then can run as code, and hardened kernels (SELinux) refuse to start
such a program.

## How to see it

    readelf -lW ./app | grep GNU_STACK

shows `RWE` in place of `RW`.

## Fix

Add `.section .note.GNU-stack,"",@progbits` to the assembly files, or link with `-z noexecstack`
(for cgo: `CGO_LDFLAGS=-Wl,-z,noexecstack`).
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext


def check(ctx: RuleContext) -> Iterator[Finding]:
    """At most one finding; a missing header is left alone, as its meaning depends on the kernel."""
    if ctx.facts.elf is not None and ctx.facts.elf.exec_stack:
        yield Finding(
            RULE.id,
            RULE.level,
            "its stack is executable",
            ("readelf -lW: GNU_STACK has flags RWE",),
            "link with -z noexecstack (cgo: CGO_LDFLAGS=-Wl,-z,noexecstack)",
        )


RULE = Rule("LC105", "executable-stack", "warning", check, __doc__)
