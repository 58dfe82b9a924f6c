"""glibc's check of version needs, before any symbol is looked up."""

from __future__ import annotations

import subprocess

import pytest

from linkcheck.binary import read_facts
from linkcheck.model.facts import VersionNeed
from tests.elfpatch import drop_version_need, retarget_needed, section_of
from tests.loader.worlds import World

F = "int f(void){return 7;} "
G = "int g(void){return 8;} "
V1 = "V1 { global: f; g; local: *; };"
LIBF = "/lib/libf.so"
CALLS_BOTH = "int f(void), g(void); int run(void) { return f() + g(); }"


def test_a_version_that_is_not_defined_is_refused_though_no_symbol_needs_it(glibc: World) -> None:
    glibc.library(LIBF, F + G, versions=V1)
    unused = "int f(void); int run(void) { return 0; } void dead(void) { f(); }"
    glibc.program(unused, "-Wl,-z,lazy", needs=(LIBF,))
    glibc.library(LIBF, F + G, versions="V2 { global: *; };")
    result = glibc.agrees()
    assert [(r.kind, r.value) for r in result.refusals] == [("symbol-version", "libf.so V1")]


def test_all_missing_versions_and_warnings_are_printed_in_order(glibc: World) -> None:
    glibc.library("/lib/libe.so", "int e(void){return 1;}", versions="E1 { global: *; };")
    glibc.library(LIBF, F + G, versions="V1 { global: f; local: *; }; V2 { global: g; } V1;")
    calls = "int e(void), f(void), g(void); int run(void) { return f() + g() + e(); }"
    glibc.program(calls, needs=(LIBF, "/lib/libe.so"))
    glibc.library(LIBF, F, versions="V0 { global: *; };")
    glibc.library("/lib/libe.so", "int e(void){return 1;}")
    result = glibc.agrees()
    assert sorted(r.value for r in result.refusals) == ["libf.so V1", "libf.so V2"]
    assert "no version information available" in (result.error_text or "")


def _weaken(world: World) -> None:
    """Set VER_FLG_WEAK in every Vernaux of /app, as some linkers do for weak references."""
    path = world.path("/app")
    data = bytearray(path.read_bytes())
    at = section_of(path, ".gnu.version_r")[0]
    while True:
        aux = at + int.from_bytes(data[at + 8 : at + 12], "little")
        while True:
            data[aux + 4] |= 2
            following = int.from_bytes(data[aux + 12 : aux + 16], "little")
            if not following:
                break
            aux += following
        following = int.from_bytes(data[at + 12 : at + 16], "little")
        if not following:
            break
        at += following
    path.write_bytes(data)


def test_a_weak_version_need_only_warns_and_its_symbol_then_fails(glibc: World) -> None:
    glibc.library(LIBF, F + G, versions=V1)
    glibc.program("int f(void); int run(void) { return f(); }", "-Wl,-z,now", needs=(LIBF,))
    _weaken(glibc)
    assert all(n.weak for n in _needs(glibc))
    glibc.library(LIBF, F + G, versions="V2 { global: *; };")
    result = glibc.agrees()
    assert [r.kind for r in result.refusals] == ["symbol"]
    assert (result.error_text or "").startswith(
        "/app: /lib/libf.so: weak version `V1' not found (required by /app)\n"
    )


def test_a_version_need_of_a_library_that_nothing_loads_is_an_inconsistency(glibc: World) -> None:
    glibc.library(LIBF, F + G, versions=V1)
    glibc.library("/lib/libq.so", F + G)
    # the rpath brings the string; the Verneed goes on to say "libf.so"
    glibc.program(CALLS_BOTH, "-Wl,-rpath,libq.so", needs=(LIBF,))
    retarget_needed(glibc.path("/app"), "libf.so", "libq.so")
    assert "needed != NULL" in (glibc.agrees().error_text or "")


def test_a_private_node_of_another_glibc_is_a_missing_version_like_any_other(
    newest_glibc: World,
) -> None:
    world = newest_glibc
    world.library(LIBF, F, versions="GLIBC_PRIVATE { global: f; };")
    world.program("int f(void); int run(void) { return f(); }", needs=(LIBF,))
    assert not world.agrees().refusals
    assert read_facts(world.path("/app")).libc.minimum is None
    world.library(LIBF, F, versions="OTHER { global: f; };")
    assert [r.value for r in world.agrees().refusals] == ["libf.so GLIBC_PRIVATE"]


def _has_relr() -> bool:
    help_text = subprocess.run(["ld", "--help"], capture_output=True, text=True, check=False)
    return "pack-relative-relocs" in help_text.stdout


def test_packed_relocations_need_their_abi_version(glibc: World) -> None:
    """DT_RELR with and without the GLIBC_ABI_DT_RELR need, on glibc before and since 2.36."""
    if not _has_relr():
        pytest.skip("this ld has no -z pack-relative-relocs")
    libc = "/lib/x86_64-linux-gnu/libc.so.6"
    source = "int abs(int); static int v = 6; int *p = &v; int run(void) { return abs(*p); }"
    glibc.program(source, "-pie", "-fPIE", "-Wl,-z,pack-relative-relocs", needs=(libc,))
    facts = read_facts(glibc.path("/app"))
    assert facts.elf is not None
    assert facts.elf.has_relr
    declared = any(n.version == "GLIBC_ABI_DT_RELR" for n in facts.elf.version_needs)
    result = glibc.agrees()
    knows = not result.refusals
    if knows:
        assert declared
        drop_version_need(glibc.path("/app"), "GLIBC_ABI_DT_RELR")
        assert "DT_RELR without GLIBC_ABI_DT_RELR" in (glibc.agrees().error_text or "")


def _needs(world: World) -> tuple[VersionNeed, ...]:
    elf = read_facts(world.path("/app")).elf
    assert elf is not None
    assert elf.version_needs
    return elf.version_needs
