from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from linkcheck.build.toolchain import all_go, find_go, find_zig, is_of


def _command(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/false\n")
    path.chmod(0o755)
    return path


def _goroot(folder: Path, version: str) -> Path:
    command = _command(folder / "bin" / "go")
    (folder / "VERSION").write_text(f"{version}\ntime 2026-01-01\n")
    return command


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages, the only one that the interpreter knows."""
    folder = tmp_path / "site packages"
    monkeypatch.setattr(sys, "path", ["", str(folder)])
    return folder


def test_go_on_path_comes_before_the_go_of_the_extra(tmp_path: Path, packages: Path) -> None:
    extra = _command(packages / "go" / "bin" / "go")
    found = find_go({"PATH": ""})
    assert found is not None
    assert (found.path, found.origin) == (extra, "of the go extra")
    own = _command(tmp_path / "bin" / "go")
    found = find_go({"PATH": str(own.parent)})
    assert found is not None
    assert (found.path, found.origin) == (own, "on PATH")


def test_a_release_is_found_in_every_place_where_people_keep_go(
    tmp_path: Path, packages: Path
) -> None:
    extra = _goroot(packages / "go", "go1.27.3")
    own = _goroot(tmp_path / "usr", "go1.26.1")
    named = _goroot(tmp_path / "gos" / "a", "go1.25.4")
    sdk = _goroot(tmp_path / "home" / "sdk" / "go1.24.2", "go1.24.2")
    _command(tmp_path / "usr" / "bin" / "go1.24.2")  # golang.org/dl's, which calls that of ~/sdk
    lone = _command(tmp_path / "usr" / "bin" / "go1.23.9")
    environ = {
        "PATH": str(own.parent),
        "HOME": str(tmp_path / "home"),
        "LINKCHECK_GOROOTS": f"{tmp_path / 'gos' / 'a'}{os.pathsep}{tmp_path / 'none'}",
    }
    found = {release: find_go(environ, release) for release in ("1.27", "1.26", "1.25", "1.24")}
    assert {r: tool.path for r, tool in found.items() if tool} == {
        "1.27": extra,
        "1.26": own,
        "1.25": named,
        "1.24": sdk,
    }
    exact = find_go(environ, "1.23.9")
    assert exact is not None
    assert (exact.path, exact.version) == (lone, "go1.23.9")
    assert find_go(environ, "1.22") is None
    assert {tool.version for tool in all_go(environ)} == {
        "go1.27.3", "go1.26.1", "go1.25.4", "go1.24.2", "go1.23.9",
    }  # fmt: skip


def test_of_several_patch_releases_the_newest_is_taken(tmp_path: Path, packages: Path) -> None:
    for patch in ("1.26.9", "1.26.10", "1.26.2"):
        _goroot(tmp_path / patch, f"go{patch}")
    roots = os.pathsep.join(str(tmp_path / p) for p in ("1.26.9", "1.26.10", "1.26.2"))
    found = find_go({"PATH": "", "LINKCHECK_GOROOTS": roots}, "1.26")
    assert found is not None
    assert found.version == "go1.26.10"


@pytest.mark.parametrize(
    ("version", "release", "answer"),
    [
        ("go1.26.6", "1.26", True),
        ("go1.26", "1.26", True),
        ("go1.26rc1", "1.26", True),
        ("go1.26.6", "go1.26.6", True),
        ("go1.26.60", "1.26.6", False),
        ("go1.26.6", "1.2", False),
        ("go1x26", "1.26", False),
    ],
)
def test_a_release_is_compared_by_its_numbers(version: str, release: str, answer: bool) -> None:
    assert is_of(version, release) is answer


def test_a_package_called_go_without_a_toolchain_is_not_taken_for_one(packages: Path) -> None:
    (packages / "go").mkdir(parents=True)
    assert find_go({"PATH": ""}) is None


def test_the_zig_of_the_extra_is_found_before_one_on_path(tmp_path: Path, packages: Path) -> None:
    assert find_zig({"PATH": ""}) is None
    own = _command(tmp_path / "bin" / "zig")
    assert find_zig({"PATH": str(own.parent)}) == own
    extra = _command(packages / "ziglang" / "zig")
    assert find_zig({"PATH": str(own.parent)}) == extra
