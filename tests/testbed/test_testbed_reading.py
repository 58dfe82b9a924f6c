"""What the testbed reads by itself: apk's database, and which files are programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.testbed import apkdb, elf
from tools.testbed.roots import ROOTS

DATABASE = """\
C:Q1abc=
P:layout
V:3.7-r0
F:etc
R:motd
Z:Q1SLkS9hBidUbPwwrw+XR0Whv3ww8=
F:tmp
M:0:0:1777

P:musl
V:1.2.5-r23
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1xyz=
"""


def test_the_database_tells_files_sums_and_modes(tmp_path: Path) -> None:
    path = tmp_path / apkdb.DATABASE
    path.parent.mkdir(parents=True)
    path.write_text(DATABASE)
    layout, musl = apkdb.read(tmp_path)
    assert (layout.name, layout.version) == ("layout", "3.7-r0")
    assert layout.files == {"etc/motd": "Q1SLkS9hBidUbPwwrw+XR0Whv3ww8="}
    assert layout.folders == {"etc": 0o755, "tmp": 0o1777}
    assert musl.modes == {"lib/ld-musl-x86_64.so.1": 0o755}


def test_a_database_is_written_as_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / apkdb.DATABASE
    path.parent.mkdir(parents=True)
    path.write_text(DATABASE)
    apkdb.write(tmp_path, apkdb.read(tmp_path))
    assert path.read_text().split() == DATABASE.split()


@pytest.mark.skipif(sys.platform != "linux", reason="reads this machine's own ELF files")
def test_the_python_that_runs_this_is_a_program_but_not_go() -> None:
    python = Path(os.path.realpath(sys.executable))
    assert elf.is_elf(python)
    assert elf.is_program(python)
    assert not elf.is_go(python)


def test_a_script_and_a_link_are_no_elf_files(tmp_path: Path) -> None:
    script, link = tmp_path / "script", tmp_path / "link"
    script.write_text("#!/bin/sh\n")
    link.symlink_to(sys.executable)
    assert not elf.is_elf(script)
    assert not elf.is_elf(link)


@pytest.mark.go
def test_a_go_program_is_told_as_one(build_fixture: Callable[..., Path]) -> None:
    program = build_fixture("hello")
    assert elf.is_program(program)
    assert elf.is_go(program)


@pytest.mark.testbed
@pytest.mark.parametrize("name", [name for name in ROOTS if name != "scratch"])
def test_a_root_has_the_loader_of_its_image_and_no_other(
    name: str, root: Callable[[str], Path]
) -> None:
    folder = root(name)
    glibc = "lib64/ld-linux-x86-64.so.2"
    musl = "lib/ld-musl-x86_64.so.1"
    expected = {glibc} if "static" not in name else set()
    if name.startswith("alpine"):
        expected = {musl}
    assert {loader for loader in (glibc, musl) if os.path.lexists(folder / loader)} == expected


@pytest.mark.testbed
def test_merged_usr_is_as_in_the_official_images(root: Callable[[str], Path]) -> None:
    merged = {name for name in ROOTS if (root(name) / "lib").is_symlink()}
    unmerged = {"debian-11", "scratch", "alpine-3.23"}
    unmerged |= {name for name in ROOTS if name.endswith("-debian12")}
    assert merged == set(ROOTS) - unmerged
