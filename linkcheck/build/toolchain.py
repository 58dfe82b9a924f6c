"""What this machine has to build with: Go releases, and zig."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

GOROOTS = "LINKCHECK_GOROOTS"
_EXE = ".exe" if sys.platform == "win32" else ""
_RELEASE = re.compile(r"go(?P<release>1(?:\.[0-9]+)+)")
_COMMAND = re.compile(r"go1(?:\.[0-9]+)+(?:rc[0-9]+)?")  # as golang.org/dl installs them


@dataclass(frozen=True, slots=True)
class GoTool:
    """A `go` command, where it came from, and its version where a file beside it tells that."""

    path: Path
    origin: str
    version: str | None = None


def find_go(environ: Mapping[str, str], release: str | None = None) -> GoTool | None:
    """The `go` to build with: any, or of `release` ("1.26", "1.26.6") the newest that is here.

    Looked for on PATH, in the `go` extra, in the folders of LINKCHECK_GOROOTS (separated as in
    PATH), as `go1.X.Y` on PATH, and in ~/sdk, where `go1.X.Y download` puts it.
    """
    if release is None:
        return next(_usual(environ), None)
    fitting = [tool for tool in all_go(environ) if tool.version and is_of(tool.version, release)]
    return max(fitting, key=lambda tool: _rank(tool.version or ""), default=None)


def all_go(environ: Mapping[str, str]) -> Iterator[GoTool]:
    """Every `go` that is found, each path once, those that are taken by default first."""
    seen: set[Path] = set()
    for tool in (*_usual(environ), *_further(environ)):
        if tool.path not in seen:
            seen.add(tool.path)
            yield tool


def is_of(version: str, release: str) -> bool:
    """Whether "go1.26.6" is of release "1.26" (or "1.26.6", "go1.26")."""
    return re.match(rf"go{re.escape(release.removeprefix('go'))}(?![0-9])", version) is not None


def find_zig(environ: Mapping[str, str]) -> Path | None:
    """The zig of the `zig` extra, else the one on PATH."""
    if found := _in_packages(Path("ziglang", f"zig{_EXE}")):
        return found
    command = shutil.which("zig", path=environ.get("PATH"))
    return Path(command).resolve() if command else None


def _usual(environ: Mapping[str, str]) -> Iterator[GoTool]:
    if found := shutil.which("go", path=environ.get("PATH")):
        yield _tool(Path(found), "on PATH")
    if extra := _in_packages(Path("go", "bin", f"go{_EXE}")):
        yield _tool(extra, "of the go extra")


def _further(environ: Mapping[str, str]) -> Iterator[GoTool]:
    for named in filter(None, environ.get(GOROOTS, "").split(os.pathsep)):
        command = Path(named, "bin", f"go{_EXE}")
        if os.access(command, os.X_OK):
            yield _tool(command, f"of {GOROOTS}")
    sdk = Path(environ.get("HOME") or "/", "sdk")
    wanted = {path.name for path in _commands(environ)}
    for path in _commands(environ):
        root = sdk / path.name.removesuffix(_EXE)
        if not (root / "bin").is_dir():  # else the command only calls that one
            yield GoTool(path, "on PATH", path.name)
    for root in sorted(sdk.glob("go1*")) if sdk.is_dir() else ():
        command = root / "bin" / f"go{_EXE}"
        if os.access(command, os.X_OK):
            yield _tool(command, "on PATH" if root.name in wanted else "in ~/sdk")


def _commands(environ: Mapping[str, str]) -> Iterator[Path]:
    for folder in filter(None, environ.get("PATH", "").split(os.pathsep)):
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 -- names alone, of big folders
        except OSError:
            continue
        for name in names:
            path = Path(folder, name)
            if _COMMAND.fullmatch(name.removesuffix(_EXE)) and os.access(path, os.X_OK):
                yield path


def _tool(path: Path, origin: str) -> GoTool:
    """With the version in GOROOT/VERSION, which every release has."""
    try:
        line = (path.resolve().parents[1] / "VERSION").read_text("utf-8").split("\n", 1)[0]
    except (OSError, UnicodeDecodeError, IndexError):
        line = ""
    return GoTool(path, origin, line.strip() if _RELEASE.match(line) else None)


def _rank(version: str) -> tuple[tuple[int, ...], bool]:
    found = _RELEASE.match(version)
    numbers = found["release"].split(".") if found else []
    return tuple(map(int, numbers)), "rc" not in version


def _in_packages(relative: Path) -> Path | None:
    """A command inside an installed package, found by path alone: importing would run its code."""
    for folder in filter(None, sys.path):
        candidate = Path(folder) / relative
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate.resolve()
    return None
