"""What kernel and dynamic loader demand before the program's own code gets a turn."""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.facts import BinaryFacts, ElfFacts, GoFacts
from linkcheck.model.needs import Need

# GNU_PROPERTY_X86_ISA_1_NEEDED bits (x86-64 psABI, "Program Property")
_ISA_LEVELS = ((1 << 3, "x86-64-v4"), (1 << 2, "x86-64-v3"), (1 << 1, "x86-64-v2"))

# Build settings that raise the CPU floor, and their values that any CPU of the port meets
# (cmd/go "Environment variables"; internal/buildcfg/cfg.go).
_CPU_SETTINGS = {
    "GOAMD64": ("x86-64-", frozenset({"v1"})),
    "GOARM64": ("arm64 ", frozenset({"v8.0"})),
    "GOPPC64": ("ppc64 ", frozenset({"power8"})),
    "GORISCV64": ("riscv64 ", frozenset({"rva20u64"})),
}


def load_needs(facts: BinaryFacts) -> Iterator[Need]:
    """Platform, CPU level, interpreter, libraries and versions; all certain but weak versions.

    glibc enforces each non-weak version need at start, used or not (dl-version.c), and only warns
    for a weak one.
    """
    yield Need("platform", facts.platform, "load", "certain", (_platform_evidence(facts),))
    if facts.go is not None:
        yield from _cpu_settings(facts.go)
    if facts.elf is not None:
        yield from _elf_needs(facts.elf)


def _platform_evidence(facts: BinaryFacts) -> str:
    if facts.elf is None:
        return f"file: {facts.format} for {facts.platform}"
    return f"readelf -h: {facts.elf.bits}-bit {facts.elf.machine_name}, OS/ABI {facts.elf.os_abi}"


def _cpu_settings(go: GoFacts) -> Iterator[Need]:
    for key, (prefix, harmless) in _CPU_SETTINGS.items():
        value = go.setting(key)
        if value and value not in harmless:
            yield Need("cpu", prefix + value, "load", "certain", (f"go version -m: {key}={value}",))


def _elf_needs(elf: ElfFacts) -> Iterator[Need]:
    level = next((name for bit, name in _ISA_LEVELS if (elf.notes.isa_needed or 0) & bit), None)
    if level is not None:
        yield Need("cpu", level, "load", "certain", (f"readelf -n: x86 ISA needed: {level}",))
    if elf.interpreter is not None:
        evidence = f"readelf -l: Requesting program interpreter: {elf.interpreter}"
        yield Need("loader", elf.interpreter, "load", "certain", (evidence,))
    for soname in elf.needed:
        yield Need("library", soname, "load", "certain", (f"readelf -d: NEEDED {soname}",))
    for need in elf.version_needs:
        flag = " Flags: WEAK" if need.weak else ""
        yield Need(
            "symbol-version",
            f"{need.library} {need.version}",
            "load",
            "possible" if need.weak else "certain",
            (f"readelf -V: {need.version} from {need.library}{flag}",),
        )
