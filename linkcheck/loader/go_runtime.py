"""What Go's runtime checks before any Go code runs (runtime/asm_amd64.s, `rt0_go`)."""

from __future__ import annotations

from linkcheck.loader.options import CPU_LEVELS, LoadOptions
from linkcheck.loader.outcome import Log
from linkcheck.model.facts import BinaryFacts


def check(facts: BinaryFacts, log: Log, options: LoadOptions) -> None:
    """GOAMD64 against the CPU, where the CPU is told; the runtime prints one line and exits."""
    setting = facts.go.setting("GOAMD64") if facts.go else None
    wanted = f"x86-64-{setting}"
    if setting is None or wanted not in CPU_LEVELS or options.cpu not in CPU_LEVELS:
        return
    if CPU_LEVELS.index(wanted) > CPU_LEVELS.index(options.cpu):
        log.refuse(
            "cpu",
            wanted,
            f"the program was built with GOAMD64={setting}, the CPU is {options.cpu}",
            "This program can only be run on AMD64 processors with "
            f"{setting} microarchitecture support.",
        )
