"""What this machine has to build with: a Go, and a C compiler for a given platform."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from linkcheck.build.invocation import quoted
from linkcheck.build.platforms import Platform, host_platform


@dataclass(frozen=True, slots=True)
class GoTool:
    """A `go` command and where it came from."""

    path: Path
    origin: str


@dataclass(frozen=True, slots=True)
class CCompiler:
    """A C compiler; `command` is the text for CC, or None where Go finds it by itself."""

    command: str | None
    title: str
    env: tuple[tuple[str, str], ...] = ()
    static_glibc: bool = True


def find_go(environ: Mapping[str, str]) -> GoTool | None:
    """`go` on PATH, else the one that the `go` extra put beside this interpreter's packages."""
    if found := shutil.which("go", path=environ.get("PATH")):
        return GoTool(Path(found), "on PATH")
    name = "go.exe" if sys.platform == "win32" else "go"
    if extra := _in_packages(Path("go", "bin", name)):
        return GoTool(extra, "of the go extra")
    return None


def find_cc(platform: Platform, environ: Mapping[str, str], cache: Path) -> CCompiler | None:
    """A C compiler whose output runs on `platform`: $CC or a native one, a cross gcc, else zig.

    `cache` is a folder in which zig may keep the parts of libc that it compiles.
    """
    if platform.same_cpu(host_platform()):
        if named := environ.get("CC"):
            return CCompiler(named, f"CC={named}")
        for name in ("gcc", "clang", "cc"):
            if shutil.which(name, path=environ.get("PATH")):
                return CCompiler(name, name)
    elif platform.zig_target:
        cross = f"{platform.zig_target}-gcc"
        if shutil.which(cross, path=environ.get("PATH")):
            return CCompiler(cross, cross)
    return _zig(platform, environ, cache)


def _zig(platform: Platform, environ: Mapping[str, str], cache: Path) -> CCompiler | None:
    target = platform.zig_target
    if target is None:
        return None
    found = _in_packages(Path("ziglang", "zig.exe" if sys.platform == "win32" else "zig"))
    command = str(found) if found else shutil.which("zig", path=environ.get("PATH"))
    if not command:
        return None
    return CCompiler(
        command=f"{quoted(command)} cc -target {target}",
        title=f"zig cc -target {target}",
        env=(
            ("CXX", f"{quoted(command)} c++ -target {target}"),
            ("ZIG_GLOBAL_CACHE_DIR", str(cache)),
            ("ZIG_LOCAL_CACHE_DIR", str(cache)),
        ),
        static_glibc=False,
    )


def _in_packages(relative: Path) -> Path | None:
    """A command inside an installed package, found by path alone: importing would run its code."""
    for folder in filter(None, sys.path):
        candidate = Path(folder) / relative
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate.resolve()
    return None
