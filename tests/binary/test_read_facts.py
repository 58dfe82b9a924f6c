"""What is no program is refused by the right error, in one line, with a next step."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from linkcheck.binary import read_facts
from linkcheck.errors import (
    InputError,
    LinkcheckError,
    MalformedBinaryError,
    NotAProgramError,
    UnreadableFileError,
)
from tests.elfbuilder import Elf, samples


def _refused(path: Path | str, error: type[LinkcheckError]) -> str:
    with pytest.raises(error) as caught:
        read_facts(path)
    assert isinstance(caught.value, InputError)
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith(f"{path}: ")
    assert caught.value.next_step
    return text


def test_a_path_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    assert "check the path" in _refused(tmp_path / "missing", UnreadableFileError)


def test_a_directory_is_unreadable(tmp_path: Path) -> None:
    assert "is a directory" in _refused(tmp_path, UnreadableFileError)


def test_a_fifo_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert "not a regular file" in _refused(tmp_path / "fifo", UnreadableFileError)


def test_devices_and_sockets_are_no_files(tmp_path: Path) -> None:
    assert "not a regular file" in _refused("/dev/null", UnreadableFileError)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        _refused(tmp_path / "s", UnreadableFileError)


def test_an_empty_file_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert "the file is empty" in _refused(tmp_path / "empty", NotAProgramError)


def test_a_loop_of_links_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    _refused(tmp_path / "loop", UnreadableFileError)


def test_a_name_with_a_nul_byte_is_unreadable() -> None:
    _refused("a\0b", UnreadableFileError)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "shut").write_bytes(Elf().program())
    (tmp_path / "shut").chmod(0)
    assert "run as a user who may read it" in _refused(tmp_path / "shut", UnreadableFileError)


@pytest.mark.parametrize(
    ("elf_type", "words"),
    [(1, "an object file"), (4, "a core dump"), (0, "ELF type 0x0"), (0xFE00, "ELF type 0xfe00")],
)
def test_other_kinds_of_elf_are_no_programs(tmp_path: Path, elf_type: int, words: str) -> None:
    (tmp_path / "x").write_bytes(Elf(elf_type=elf_type).program())
    assert words in _refused(tmp_path / "x", NotAProgramError)


def test_a_shared_library_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "lib.so").write_bytes(Elf(entry=0).library("lib.so"))
    assert "a shared library" in _refused(tmp_path / "lib.so", NotAProgramError)


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc on this machine")
def test_what_gcc_makes_on_the_way_is_no_program(tmp_path: Path) -> None:
    source = tmp_path / "x.c"
    source.write_text("int f(void) { return 1; }\n")
    subprocess.run(["gcc", "-c", source, "-o", tmp_path / "x.o"], check=True)
    subprocess.run(["gcc", "-shared", "-fPIC", source, "-o", tmp_path / "x.so"], check=True)
    subprocess.run(["ar", "rc", tmp_path / "x.a", tmp_path / "x.o"], check=True)
    assert "an object file" in _refused(tmp_path / "x.o", NotAProgramError)
    assert "a shared library" in _refused(tmp_path / "x.so", NotAProgramError)
    assert "archive" in _refused(tmp_path / "x.a", NotAProgramError)


@pytest.mark.parametrize("name", samples())
def test_a_program_cut_anywhere_is_malformed(tmp_path: Path, name: str) -> None:
    data = samples()[name]
    path = tmp_path / "cut"
    for end in (*range(5, 200, 9), len(data) // 2, len(data) - 1):
        path.write_bytes(data[:end])
        text = _refused(path, MalformedBinaryError)
        assert "can't be read (" not in text.replace("the ELF header can't be read (", "")


def test_a_file_of_debug_symbols_has_nothing_to_load(tmp_path: Path) -> None:
    data = bytearray(Elf().program())
    data[64] = 6  # the only PT_LOAD becomes a PT_PHDR
    (tmp_path / "x.debug").write_bytes(data)
    assert "no loadable segment" in _refused(tmp_path / "x.debug", MalformedBinaryError)


def test_the_permissions_of_a_program_are_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(Elf(interpreter="/lib/ld.so").program())
    (tmp_path / "x").chmod(0o640)
    assert read_facts(tmp_path / "x").mode == 0o640
