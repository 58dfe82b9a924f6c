"""Real programs of the toolchain at hand: what `go version -m` says is the reference."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest

from linkcheck.binary import read_facts
from linkcheck.model.facts import GoFacts, Module
from tests.binary.go.toolchain import Toolchain

pytestmark = pytest.mark.go

TARGETS = [
    ("linux", "amd64", "linux/amd64"),
    ("linux", "386", "linux/386"),
    ("linux", "s390x", "linux/s390x"),
    ("linux", "mips", "linux/mips"),
    ("windows", "amd64", "windows/amd64"),
    ("darwin", "arm64", "darwin/arm64"),
]


def as_version_m(go: GoFacts) -> str:
    """`go` in the words of `go version -m`."""

    def module(word: str, m: Module) -> list[str]:
        head = f"\t{word}\t{m.path}\t{m.version}"
        if m.replaced_by is None:
            return [f"{head}\t{m.sum}"]
        return [head, *module("=>", m.replaced_by)]

    lines = [go.version or "", f"\tpath\t{go.path}"]
    lines += module("mod", go.main) if go.main else []
    for dep in go.deps:
        lines += module("dep", dep)
    for key, value in go.settings:
        quoted = '"' + value.replace('"', '\\"') + '"' if " " in value or '"' in value else value
        lines.append(f"\tbuild\t{key}={quoted}")
    return "\n".join(lines) + "\n"


def go_of(program: Path) -> GoFacts:
    facts = read_facts(program)
    assert facts.go is not None
    assert facts.gaps == ()
    return facts.go


@pytest.mark.parametrize(("goos", "goarch", "platform"), TARGETS)
def test_each_platform_is_read_like_go_version_does(
    toolchain: Toolchain, goos: str, goarch: str, platform: str
) -> None:
    program = toolchain.build("hello", goos=goos, goarch=goarch)
    go = go_of(program)
    assert as_version_m(go) == toolchain.version_m(program)
    assert go.functions_read
    assert go.resolver == "none"
    assert read_facts(program).platform == platform


@pytest.mark.parametrize(
    "flags",
    [
        ("-buildmode=pie",),
        ("-ldflags=-s -w",),
        ("-trimpath",),
        ("-tags=netgo,osusergo", '-ldflags=-X "main.v=1 2"', "-gcflags=-l"),
    ],
    ids=["pie", "stripped", "trimpath", "quoted settings"],
)
def test_each_way_to_build_is_read_like_go_version_does(
    toolchain: Toolchain, flags: tuple[str, ...]
) -> None:
    program = toolchain.build("tz", *flags)
    go = go_of(program)
    assert as_version_m(go) == toolchain.version_m(program)
    assert go.markers == {"time.LoadLocation"}


def test_an_externally_linked_static_program_is_read(cgo_toolchain: Toolchain) -> None:
    program = cgo_toolchain.build("cmath", "-ldflags=-extldflags=-static", cgo=True)
    go = go_of(program)
    assert as_version_m(go) == cgo_toolchain.version_m(program)
    assert [package.package for package in go.cgo_packages] == ["main"]


def test_a_program_without_section_headers_tells_the_same(toolchain: Toolchain) -> None:
    program = toolchain.build("tz")
    whole = go_of(program)
    data = bytearray(program.read_bytes())
    struct.pack_into("<Q", data, 0x28, 0)  # e_shoff
    struct.pack_into("<2H", data, 0x3C, 0, 0)  # e_shnum, e_shstrndx
    bare = program.with_name("bare")
    bare.write_bytes(data)
    assert go_of(bare) == whole


def test_a_binary_whose_function_table_is_damaged_keeps_its_build_info(
    toolchain: Toolchain,
) -> None:
    program = toolchain.build("tz")
    data = program.read_bytes().replace(
        b"\xf1\xff\xff\xff\0\0\1\x08", b"\xf9\xff\xff\xff\0\0\1\x08"
    )
    damaged = program.with_name("damaged")
    damaged.write_bytes(data)
    facts = read_facts(damaged)
    assert facts.go is not None
    assert not facts.go.functions_read
    assert facts.go.resolver == "go"  # by CGO_ENABLED=0: certain without any name
    assert any("no readable function table" in gap for gap in facts.gaps)
    assert as_version_m(facts.go) == toolchain.version_m(program)


def test_what_the_linker_dropped_is_not_in_the_table_and_what_it_inlined_is(
    toolchain: Toolchain,
) -> None:
    dropped = toolchain.build("dropped")
    assert go_of(dropped).markers == frozenset()
    inlined = toolchain.build("inlined")
    symbols = toolchain.run("tool", "nm", str(inlined))
    assert "main.shout" not in symbols
    assert b"\0main.shout\0" in inlined.read_bytes()


def test_a_c_program_is_no_go_program() -> None:
    facts = read_facts(Path(sys.executable).resolve())
    assert (facts.go, facts.gaps) == (None, ())
