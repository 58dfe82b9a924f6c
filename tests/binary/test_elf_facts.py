"""ElfFacts of real programs against readelf, and of foreign machines against what was built."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.binary import read_facts
from linkcheck.binary.elf.dynamic import DF_1_NODEFLIB
from linkcheck.binary.read import read_bytes
from linkcheck.model.facts import DlopenNote, ElfFacts, SymbolNeed, VersionNeed
from tests.binary.readelf import ask
from tests.elfbuilder import Elf, samples

SYSTEM = (
    "ls",
    "env",
    "bash",
    "grep",
    "tar",
    "find",
    "ssh",
    "git",
    "perl",
    "gcc",
    "ld",
    "as",
    "make",
)
HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n'
VARIANTS: dict[str, tuple[str, ...]] = {
    "pie": ("-pie", "-fPIE"),
    "no-pie": ("-no-pie", "-fno-pie"),
    "static": ("-static",),
    "static-pie": ("-static-pie", "-fPIE"),
    "now": ("-Wl,-z,now",),
    "lazy": ("-Wl,-z,lazy",),
    "relr": ("-pie", "-fPIE", "-Wl,-z,pack-relative-relocs"),
    "sysv-hash": ("-Wl,--hash-style=sysv", "-rdynamic"),
    "gnu-hash": ("-Wl,--hash-style=gnu", "-rdynamic"),
    "both-hashes": ("-Wl,--hash-style=both", "-rdynamic"),
    "rpath": ("-Wl,--disable-new-dtags", "-Wl,-rpath,/one:$ORIGIN/two"),
    "runpath": ("-Wl,--enable-new-dtags", "-Wl,-rpath,/one:$ORIGIN/two"),
    "exec-stack": ("-Wl,-z,execstack",),
    "no-relro": ("-Wl,-z,norelro",),
    "nodeflib": ("-Wl,-z,nodefaultlib",),
    "build-id": ("-Wl,--build-id=sha1",),
}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Compile C source with flags; skips where this gcc or ld can't."""
    if shutil.which("gcc") is None or shutil.which("readelf") is None:
        pytest.skip("no gcc and readelf on this machine")

    def compile_c(source: str, *flags: str) -> Path:
        path = tmp_path_factory.mktemp("built") / "program"
        command = ["gcc", "-w", "-o", str(path), "-x", "c", "-", "-x", "none", *flags]
        done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
        if done.returncode or "ignored" in done.stderr:
            pytest.skip(f"gcc {' '.join(flags)}: {done.stderr.splitlines()[0]}")
        return path

    return compile_c


def _elf(path: Path) -> ElfFacts:
    elf = read_facts(path).elf
    assert elf is not None
    return elf


def _compare(path: Path, *, tables: bool = True) -> ElfFacts:
    """Hold every field that readelf also tells to it."""
    elf, said = _elf(path), ask(path)
    assert elf.elf_type == said.kind
    for name in ("interpreter", "needed", "soname", "rpath", "runpath", "bind_now", "has_relr"):
        assert getattr(elf, name) == getattr(said, name), name
    assert elf.exec_stack == said.exec_stack
    assert (elf.relro != "none") == said.has_relro
    assert elf.notes.build_id == said.build_id
    if elf.interpreter is not None and tables:
        needs = {(n.library, n.version, n.weak) for n in elf.version_needs}
        assert needs == said.version_needs
        found = {(s.name, s.version, s.weak) for s in elf.undefined if not s.copy}
        assert found == said.undefined
        assert elf.exported == said.exported
    return elf


@pytest.mark.parametrize("name", SYSTEM)
def test_a_system_program_reads_as_readelf_reads_it(name: str) -> None:
    where = shutil.which(name)
    if where is None or shutil.which("readelf") is None:
        pytest.skip(f"no {name} or no readelf on this machine")
    path = Path(where).resolve()
    if path.read_bytes()[:4] != b"\x7fELF":
        pytest.skip(f"{name} is no ELF file here")
    _compare(path)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_reads_as_readelf_reads_it(build: Callable[..., Path], variant: str) -> None:
    elf = _compare(build(HELLO, *VARIANTS[variant]))
    expected = {"no-pie": "dynamic", "static": "static", "static-pie": "static-pie"}
    assert elf.linkage == expected.get(variant, "dynamic-pie")
    if variant == "now":
        assert elf.relro == "full"
    if variant == "nodeflib":
        assert elf.dt_flags_1 & DF_1_NODEFLIB
    if variant == "exec-stack":
        assert elf.exec_stack is True


@pytest.mark.parametrize("flags", [("-pie", "-fPIE"), ("-no-pie",), ("-static",), ("-static-pie",)])
def test_facts_do_not_change_when_all_section_headers_are_gone(
    build: Callable[..., Path], flags: tuple[str, ...]
) -> None:
    path = build(HELLO, *flags)
    before = _elf(path)
    data = bytearray(path.read_bytes())
    struct.pack_into("<Q", data, 40, 0)  # e_shoff
    data[60:64] = bytes(4)  # e_shnum, e_shstrndx
    path.write_bytes(data)
    assert _elf(path) == before


def test_a_section_count_of_zero_beside_an_offset_changes_nothing(
    build: Callable[..., Path],
) -> None:
    path = build(HELLO)
    before = _elf(path)
    data = bytearray(path.read_bytes())
    data[60:64] = bytes(4)  # e_shnum, e_shstrndx: as if there were more than 65,279
    path.write_bytes(data)
    assert _elf(path) == before


def test_weak_references_and_versions_of_an_own_library_are_told_apart(
    build: Callable[..., Path], tmp_path: Path
) -> None:
    script = tmp_path / "map"
    script.write_text("MINE_1 { global: one; }; MINE_2 { global: two; } MINE_1;\n")
    library = build(
        "int one(void) { return 1; } int two(void) { return 2; }",
        "-shared", "-fPIC", "-Wl,-soname,libmine.so.1", f"-Wl,--version-script={script}",
    )  # fmt: skip
    source = (
        "int one(void), two(void); int maybe(void) __attribute__((weak));"
        "int main(void) { return one() + two() + (maybe ? maybe() : 0); }"
    )
    elf = _compare(build(source, "-fPIE", "-pie", str(library)))
    assert {VersionNeed("libmine.so.1", "MINE_1"), VersionNeed("libmine.so.1", "MINE_2")} <= set(
        elf.version_needs
    )
    by_name = {s.name: s for s in elf.undefined}
    assert by_name["two"].version == "MINE_2"
    assert by_name["two"].library == "libmine.so.1"
    assert by_name["maybe"].weak
    assert by_name["maybe"].version is None


def test_a_copied_variable_is_a_need(build: Callable[..., Path]) -> None:
    source = "#include <stdio.h>\nint main(void) { return stdout == 0; }\n"
    elf = _elf(build(source, "-no-pie", "-fno-pie"))
    assert [s.name for s in elf.undefined if s.copy] == ["stdout"]


def test_the_minimum_glibc_is_that_of_the_newest_enforced_version(
    build: Callable[..., Path],
) -> None:
    facts = read_facts(build(HELLO))
    said = ask(Path(facts.path))
    releases = sorted(
        tuple(map(int, version.removeprefix("GLIBC_").split(".")))[:2]
        for _, version, weak in said.version_needs
        if version[:7] == "GLIBC_2" and not weak
    )
    assert facts.libc.family == "glibc"
    assert facts.libc.minimum == f"{releases[-1][0]}.{releases[-1][1]}"
    assert facts.libc.forced_by


@pytest.mark.parametrize("name", samples())
def test_a_foreign_machine_reads_as_it_was_built(name: str) -> None:
    facts = read_bytes(name, data := samples()[name], len(data))
    elf = facts.elf
    assert elf is not None
    big = name in ("s390x", "mips", "ppc64")
    assert elf.byte_order == ("big" if big else "little")
    assert elf.bits == (32 if name in ("i386", "mips", "arm") else 64)
    assert elf.machine_name == name
    assert elf.linkage == "dynamic-pie"
    assert elf.interpreter == "/lib/ld.so.1"
    assert elf.needed == ("libc.so.6", "libm.so.6")
    assert elf.version_needs == (
        VersionNeed("libc.so.6", "GLIBC_2.34"),
        VersionNeed("libm.so.6", "GLIBC_2.2"),
    )
    assert elf.undefined == (
        SymbolNeed("printf", "GLIBC_2.34", "libc.so.6", plt_relocs=(0,)),
        SymbolNeed("maybe", weak=True, data_relocs=(0,)),
        SymbolNeed("sin", "GLIBC_2.2", "libm.so.6", plt_relocs=(1,)),
    )
    assert elf.exported == {"mine"}
    assert (elf.notes.abi_os, elf.notes.abi_kernel) == ("linux", (3, 2, 0))
    assert elf.notes.build_id == "c0ffee00"
    assert elf.notes.dlopen == (DlopenNote(("libx.so.1",), feature="x"),)
    assert elf.exec_stack is False
    assert elf.relro == "partial"
    assert facts.libc.minimum == "2.34"
    assert facts.platform.startswith("linux/")


def test_an_arm_program_says_which_floats_it_uses() -> None:
    data = Elf(bits=32, machine=40, flags=0x5000400, interpreter="/lib/ld-linux-armhf.so.3")
    facts = read_bytes("arm", raw := data.program(), len(raw))
    assert facts.elf is not None
    assert facts.elf.machine_flags == ("hard-float",)
    assert facts.platform == "linux/arm/v7"


def test_an_unknown_machine_has_its_number_for_a_name() -> None:
    raw = Elf(machine=0x1234, interpreter="/lib/ld.so").program()
    facts = read_bytes("new", raw, len(raw))
    assert facts.elf is not None
    assert facts.elf.machine_name == "machine 0x1234"


def test_a_program_for_another_system_says_so() -> None:
    raw = Elf(elf_type=2, os_abi=9).program(dynamic=False)
    assert read_bytes("f", raw, len(raw)).platform == "freebsd/amd64"
