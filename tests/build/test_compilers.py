"""A recipe gets a compiler that makes what its name says, or none, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from linkcheck.build.builder import NotBuilt
from linkcheck.build.causes import NO_SUCH_CC
from linkcheck.build.compilers import (
    CCompiler,
    NoCompiler,
    Tools,
    Workshop,
    Zig,
    choose_compiler,
    tools_for,
)
from linkcheck.build.platforms import Platform, parse_platform
from linkcheck.build.recipes import select_recipes

HERE = Platform("linux", "amd64")
GNU = "x86_64-linux-gnu"
ALPINE = "x86_64-alpine-linux-musl"
ZIG = Zig("/opt/my zig/zig", "/cache")


def workshop(
    there: Mapping[str, str], named: str | None = None, zig: Zig | None = None
) -> Workshop:
    return Workshop(HERE, there.get, named, zig, "in builder:1")


def command(recipe: str, there: Workshop, platform: Platform = HERE) -> str:
    chosen = choose_compiler(select_recipes([recipe])[0], platform, there)
    return chosen.command if isinstance(chosen, CCompiler) else f"none: {chosen.reason}"


def test_a_debian_builder_makes_glibc_programs_and_musl_ones_where_musl_tools_are() -> None:
    there = workshop({"gcc": GNU, "musl-gcc": GNU})
    assert command("default", there) == "gcc"
    assert command("static-glibc", there) == "gcc"
    assert command("musl", there) == "musl-gcc"
    assert command("musl-static", there) == "musl-gcc"


def test_a_musl_recipe_without_a_musl_compiler_is_not_built_with_another() -> None:
    assert command("musl", workshop({"gcc": GNU})) == (
        "none: no C compiler for linux/amd64 and musl in builder:1 "
        "(pip install 'linkcheck[zig]' or install musl-tools)"
    )


def test_static_glibc_in_a_musl_builder_is_not_silently_musl() -> None:
    alpine = workshop({"gcc": ALPINE})
    assert command("musl", alpine) == "gcc"
    assert command("default", alpine) == "gcc"
    assert "no C compiler for linux/amd64 and glibc" in command("static-glibc", alpine)
    named = workshop({"gcc": GNU, "musl-gcc": GNU}, "musl-gcc")
    assert command("default", named) == "musl-gcc"
    assert command("static-glibc", named) == (
        "none: CC=musl-gcc makes musl programs, not glibc ones"
    )


def test_a_cc_that_is_named_comes_first_but_never_for_another_libc() -> None:
    there = workshop({"gcc": GNU, "musl-gcc": GNU, "ccache gcc": GNU}, "ccache gcc")
    assert command("default", there) == "ccache gcc"
    assert command("static-glibc", there) == "ccache gcc"
    assert command("musl", there) == "musl-gcc"


def test_the_cc_of_a_recipe_is_obeyed_unless_it_breaks_the_promise_of_the_name() -> None:
    (plain,) = select_recipes(["default"])
    old = replace(plain, env=(*plain.env, ("CC", "zig cc -target x86_64-linux-gnu.2.17")))
    chosen = choose_compiler(old, HERE, workshop({"gcc": GNU}))
    assert isinstance(chosen, CCompiler)
    assert chosen.command == "zig cc -target x86_64-linux-gnu.2.17"
    broken = choose_compiler(replace(old, libc="musl"), HERE, workshop({}))
    assert isinstance(broken, NoCompiler)
    assert "makes glibc programs, not musl ones" in broken.reason


def test_another_cpu_takes_a_cross_gcc_else_zig_and_never_the_native_one() -> None:
    arm64 = parse_platform("linux/arm64")
    both = workshop({"gcc": GNU, "aarch64-linux-gnu-gcc": "aarch64-linux-gnu"}, "gcc", ZIG)
    assert command("default", both, arm64) == "aarch64-linux-gnu-gcc"
    assert command("musl-static", both, arm64) == (
        "'/opt/my zig/zig' cc -target aarch64-linux-musl"
    )
    assert command("musl", both, arm64).endswith("-target aarch64-linux-musl -dynamic")
    assert "zig has no static glibc" in command("static-glibc", workshop({}, None, ZIG), arm64)
    assert "zig has no static glibc" in command("static-pie", workshop({}, None, ZIG), arm64)


@pytest.mark.parametrize(
    ("platform", "target"),
    [
        ("linux/arm/v7", "arm-linux-gnueabihf"),
        ("linux/386", "x86-linux-gnu"),
        ("linux/riscv64", "riscv64-linux-gnu"),
        ("windows/amd64", "x86_64-windows-gnu"),
    ],
)
def test_zig_is_told_the_target_in_its_own_words(platform: str, target: str) -> None:
    there = workshop({"gcc": GNU}, None, ZIG)
    assert command("default", there, parse_platform(platform)).endswith(f"cc -target {target}")


def test_a_libc_of_linux_is_not_promised_for_another_system() -> None:
    darwin = parse_platform("darwin/arm64")
    assert command("musl", workshop({}, None, ZIG), darwin) == (
        "none: musl is for Linux, and this is darwin/arm64"
    )
    assert "no C compiler for darwin/arm64" in command("default", workshop({}, None, ZIG), darwin)


def test_without_a_compiler_go_is_asked_whether_one_is_needed_and_finds_none_in_silence() -> None:
    nothing = workshop({})
    (default,), (musl,), (off,) = (select_recipes([n]) for n in ("default", "musl", "cgo-off"))
    tools = tools_for(default, HERE, nothing)
    assert isinstance(tools, Tools)
    assert tools.env["CC"] == NO_SUCH_CC
    assert "none was needed" in tools.note
    refused = tools_for(musl, HERE, nothing)
    assert isinstance(refused, NotBuilt)
    assert (refused.status, refused.lasting) == ("skipped", True)
    assert tools_for(off, HERE, nothing) == Tools({})
