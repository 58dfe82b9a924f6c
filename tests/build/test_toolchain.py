from __future__ import annotations

import sys
from pathlib import Path

import pytest

from linkcheck.build.platforms import Platform, host_platform, linux_platform
from linkcheck.build.toolchain import find_cc, find_go

CACHE = Path("/cache")
FOREIGN = Platform("linux", "riscv64")


def _command(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/false\n")
    path.chmod(0o755)
    return path


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


def test_a_package_called_go_without_a_toolchain_is_not_taken_for_one(packages: Path) -> None:
    (packages / "go").mkdir(parents=True)
    assert find_go({"PATH": ""}) is None


def test_the_users_cc_comes_first(tmp_path: Path, packages: Path) -> None:
    gcc = _command(tmp_path / "bin" / "gcc")
    environ = {"PATH": str(gcc.parent), "CC": "ccache gcc"}
    found = find_cc(host_platform(), environ, CACHE)
    assert found is not None
    assert found.command == "ccache gcc"
    del environ["CC"]
    found = find_cc(host_platform(), environ, CACHE)
    assert found is not None
    assert found.command == "gcc"


def test_zig_stands_in_where_there_is_no_c_compiler(packages: Path) -> None:
    zig = _command(packages / "ziglang" / "zig")
    found = find_cc(linux_platform("x86_64"), {"PATH": ""}, CACHE)
    assert found is not None
    assert found.command == f"'{zig}' cc -target x86_64-linux-gnu"
    assert not found.static_glibc


def test_another_cpu_wants_a_cross_compiler_or_zig(tmp_path: Path, packages: Path) -> None:
    gcc = _command(tmp_path / "bin" / "gcc")
    environ = {"PATH": str(gcc.parent), "CC": "gcc"}
    assert find_cc(FOREIGN, environ, CACHE) is None
    _command(packages / "ziglang" / "zig")
    found = find_cc(FOREIGN, environ, CACHE)
    assert found is not None
    assert found.title == "zig cc -target riscv64-linux-gnu"
    _command(gcc.parent / "riscv64-linux-gnu-gcc")
    found = find_cc(FOREIGN, environ, CACHE)
    assert found is not None
    assert found.command == "riscv64-linux-gnu-gcc"


def test_nothing_is_found_where_nothing_is(packages: Path) -> None:
    assert find_go({"PATH": ""}) is None
    assert find_cc(host_platform(), {"PATH": ""}, CACHE) is None
    assert find_cc(Platform("plan9", "amd64"), {"PATH": ""}, CACHE) is None
