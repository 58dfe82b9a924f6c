"""Worlds for each loader that this machine can start."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.loader.worlds import MUSL_LOADER, World, glibc_world, musl_world

GLIBCS = ("this machine", "debian-11", "debian-13", "debian-sid")


@pytest.fixture
def compiler() -> None:
    """Skips where real x86-64 programs can't be built and started."""
    if platform.machine() != "x86_64":
        pytest.skip("the programs of these tests are x86-64")
    if shutil.which("gcc") is None:
        pytest.skip("no gcc on this machine")


@pytest.fixture(params=GLIBCS)
def glibc(
    request: pytest.FixtureRequest,
    compiler: None,
    tmp_path: Path,
    root: Callable[[str], Path],
) -> World:
    """A root with the loader of each glibc that is at hand, from 2.31 to the newest."""
    source = Path("/") if request.param == "this machine" else root(request.param)
    return glibc_world(tmp_path / "root", source)


@pytest.fixture
def newest_glibc(compiler: None, tmp_path: Path) -> World:
    """A root with this machine's glibc loader."""
    return glibc_world(tmp_path / "root", Path("/"))


@pytest.fixture(params=("this machine", "alpine-3.23"))
def musl(
    request: pytest.FixtureRequest,
    compiler: None,
    tmp_path: Path,
    root: Callable[[str], Path],
) -> World:
    """A root with this machine's musl (musl-tools), and Alpine's."""
    source = Path("/") if request.param == "this machine" else root(request.param)
    if not (source / MUSL_LOADER.lstrip("/")).exists():
        pytest.skip("no musl on this machine: apt-get install musl-tools")
    return musl_world(tmp_path / "root", source)
