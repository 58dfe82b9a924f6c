"""Which C compiler makes what a recipe's name promises, for a platform; the same for every builder.

A builder tells what its machine has through `Ask`; the choice is made here.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from linkcheck.build.builder import NotBuilt
from linkcheck.build.causes import NO_SUCH_CC
from linkcheck.build.platforms import Platform
from linkcheck.build.quoting import quoted
from linkcheck.build.recipe_tables import Libc, Recipe

# What `COMMAND -dumpmachine` prints: "" where it prints nothing of use, None where there is no
# such command.
Ask: TypeAlias = Callable[[str], str | None]

HOSTED = ("gcc", "clang", "cc")
GET_ZIG = "pip install 'linkcheck[zig]'"


@dataclass(frozen=True, slots=True)
class CCompiler:
    """A C compiler; `command` is the text for CC."""

    command: str
    title: str
    env: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NoCompiler:
    """Why there is none that would do, with the next step."""

    reason: str


@dataclass(frozen=True, slots=True)
class Zig:
    """A zig: its path, and a folder in which it may keep the parts of libc that it compiles."""

    path: str
    cache: str


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a builder has: `own` is the platform for which its plain compilers make code.

    `named` is the CC that the user or the image sets; `place` how messages call the builder
    ("here", "in golang:bookworm").
    """

    own: Platform
    ask: Ask
    named: str | None = None
    zig: Zig | None = None
    place: str = "here"


@dataclass(frozen=True, slots=True)
class Tools:
    """What a build is given: `env` for its C compiler; where there is none, `lacking` says why."""

    env: Mapping[str, str]
    lacking: str = ""

    @property
    def note(self) -> str:
        """What is worth telling once the program was built without a C compiler."""
        if not self.lacking:
            return ""
        return "there was no C compiler, and none was needed: no package of it uses cgo"


def tools_for(recipe: Recipe, platform: Platform, workshop: Workshop) -> Tools | NotBuilt:
    """The C compiler for one build, or why the recipe can't be tried at all.

    Where only some programs need a C compiler, Go is asked: with CGO_ENABLED=1 said aloud it
    fails where cgo is used, and builds the very same bytes where it is not.
    """
    if not recipe.cgo:
        return Tools({})
    chosen = choose_compiler(recipe, platform, workshop)
    if isinstance(chosen, CCompiler):
        return Tools({"CC": chosen.command, **dict(chosen.env)})
    if "cc" in recipe.needs or recipe.libc:
        return NotBuilt("skipped", chosen.reason, lasting=True)
    # else Go would take the native gcc for another CPU's code
    return Tools({"CC": NO_SUCH_CC, "CXX": NO_SUCH_CC}, chosen.reason)


def choose_compiler(
    recipe: Recipe, platform: Platform, workshop: Workshop
) -> CCompiler | NoCompiler:
    """The compiler for `recipe` on `platform`: the one named, one that is there, else zig.

    A recipe that promises a libc gets none but a compiler for that libc.
    """
    libc = recipe.libc
    if libc and platform.os != "linux":
        return NoCompiler(f"{recipe.name} is for Linux, and this is {platform}")
    if own := dict(recipe.env).get("CC"):
        return _of_the_recipe(own, libc, workshop)
    native = platform.same_cpu(workshop.own)
    if workshop.named and native:
        made = _libc_of(workshop.named, workshop.ask)
        if not libc or made == libc:
            return CCompiler(workshop.named, f"CC={workshop.named}")
        if libc == "glibc" and made == "musl":
            return NoCompiler(f"CC={workshop.named} makes musl programs, not glibc ones")
    for command in _candidates(platform, libc, native=native):
        if workshop.ask(command) is None:
            continue
        if not native or not libc or _libc_of(command, workshop.ask) == libc:
            return CCompiler(command, command)
    return _zig(recipe, platform, workshop)


def _of_the_recipe(command: str, libc: Libc, workshop: Workshop) -> CCompiler | NoCompiler:
    made = _libc_of(command, workshop.ask)
    if libc and made and made != libc:
        return NoCompiler(f"CC={command} makes {made} programs, not {libc} ones")
    return CCompiler(command, f"CC={command}")


def _candidates(platform: Platform, libc: Libc, *, native: bool) -> Iterator[str]:
    if native:
        if libc == "musl":
            yield "musl-gcc"  # Debian's musl-tools: a wrapper around the native gcc
        yield from HOSTED
    elif platform.os == "linux":
        for triple in platform.cross_triples(libc or "glibc"):
            yield f"{triple}-gcc"


def _libc_of(command: str, ask: Ask) -> Libc:
    """The libc that a compiler links against: told by its name, else by its machine triple."""
    if "musl" in command:
        return "musl"
    words = shlex.split(command)
    if "-target" in words or any(word.startswith("--target=") for word in words):
        return "glibc" if "-gnu" in command else ""
    triple = (ask(command) or "").lower()
    if "musl" in triple:
        return "musl"
    return "glibc" if "linux" in triple and "gnu" in triple else ""


def _zig(recipe: Recipe, platform: Platform, workshop: Workshop) -> CCompiler | NoCompiler:
    libc: Libc = recipe.libc or ("glibc" if platform.os == "linux" else "")
    target = platform.zig_target_for(libc)
    wanted = f"no C compiler for {platform}" + (f" and {libc}" if recipe.libc else "")
    if target is None:
        return NoCompiler(f"{wanted} {workshop.place}, and zig has none either (try cgo-off)")
    if workshop.zig is None:
        apt = {"glibc": "install gcc", "musl": "install musl-tools"}.get(recipe.libc, "")
        if not platform.same_cpu(workshop.own):
            apt = "try cgo-off"
        more = f" or {apt or 'install gcc'}"
        return NoCompiler(f"{wanted} {workshop.place} ({GET_ZIG}{more})")
    if recipe.static and libc == "glibc":
        return NoCompiler(
            "zig has no static glibc (install gcc and libc6-dev, or take musl-static)"
        )
    zig = quoted(workshop.zig.path)
    # zig links musl statically unless told otherwise
    dynamic = " -dynamic" if libc == "musl" and not recipe.static else ""
    return CCompiler(
        command=f"{zig} cc -target {target}{dynamic}",
        title=f"zig cc -target {target}",
        env=(
            ("CXX", f"{zig} c++ -target {target}{dynamic}"),
            ("ZIG_GLOBAL_CACHE_DIR", workshop.zig.cache),
            ("ZIG_LOCAL_CACHE_DIR", workshop.zig.cache),
        ),
    )
