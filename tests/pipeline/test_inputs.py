"""Which files a command line means."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from linkcheck.model.report import Failure
from linkcheck.pipeline.inputs import expand, looks_like_program


def elf(elf_type: int, entry: int = 0x1000, bits: int = 64, order: str = "<") -> bytes:
    ident = b"\x7fELF" + bytes([bits // 32, 1 if order == "<" else 2, 1]) + bytes(9)
    word = "Q" if bits == 64 else "I"
    return (ident + struct.pack(f"{order}HHI{word}", elf_type, 62, 1, entry)).ljust(64, b"\0")


def pe(characteristics: int) -> bytes:
    dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    return dos + b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 0, characteristics)


PROGRAMS = {
    "exec": elf(2),
    "exec-32-bit-big-endian": elf(2, bits=32, order=">"),
    "pie": elf(3),
    "mach-o": b"\xcf\xfa\xed\xfe" + struct.pack("<III", 0x100000C, 0, 2),
    "universal": b"\xca\xfe\xba\xbe" + struct.pack(">I", 2),
    "pe.exe": pe(0x22),
}
OTHERS = {
    "object": elf(1),
    "core": elf(4),
    "libc.so.6": elf(3),
    "plugin.so": elf(3),
    "library-without-entry": elf(3, entry=0),
    "exec.debug": elf(2),
    "bundle": b"\xcf\xfa\xed\xfe" + struct.pack("<III", 0x100000C, 0, 8),
    "Main.class": b"\xca\xfe\xba\xbe" + struct.pack(">I", 65),
    "library-by-flag": pe(0x2022),
    "script": b"#!/bin/sh\n",
    "empty": b"",
    "cut": b"\x7fELF\x02",
    "cut-pe": b"MZ".ljust(60, b"\0") + struct.pack("<I", 0xFFFFFFF0),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_are_told_by_their_header(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(PROGRAMS[name])
    assert looks_like_program(tmp_path / name)


@pytest.mark.parametrize("name", OTHERS)
def test_libraries_objects_and_other_files_are_passed_over(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(OTHERS[name])
    assert not looks_like_program(tmp_path / name)


def test_a_folder_is_searched_in_sorted_order(tmp_path: Path) -> None:
    for name, data in {**OTHERS, "b/two": elf(2), "a/one": elf(2), "c": elf(3)}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert list(expand([str(tmp_path)])) == [f"{tmp_path}/{n}" for n in ("a/one", "b/two", "c")]


def test_a_loop_of_links_ends_and_a_linked_program_counts_once(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "busybox").write_bytes(elf(2))
    (tmp_path / "bin" / "ls").symlink_to("busybox")
    (tmp_path / "bin" / "again").symlink_to("..")
    (tmp_path / "round").symlink_to("round")
    assert list(expand([str(tmp_path)])) == [f"{tmp_path}/bin/busybox"]


def test_a_link_to_a_program_outside_of_the_folder_counts(tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(elf(2))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to("../outside")
    assert list(expand([str(tmp_path / "in")])) == [f"{tmp_path}/in/link"]


def test_a_fifo_in_a_folder_does_not_block_the_search(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "program").write_bytes(elf(2))
    assert list(expand([str(tmp_path)])) == [f"{tmp_path}/program"]


def test_a_named_file_is_taken_whatever_it_is(tmp_path: Path) -> None:
    library = tmp_path / "libx.so.1"
    library.write_bytes(elf(3))
    missing = tmp_path / "gone"
    assert list(expand([str(library), str(missing)])) == [str(library), str(missing)]


def test_a_folder_without_programs_is_a_failure_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("hello")
    (found,) = expand([str(tmp_path)])
    assert isinstance(found, Failure)
    assert "no program in this folder" in found.message


def test_a_list_comes_from_stdin_by_lines_or_by_nuls(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "with\nbreak"
    assert list(expand(["-"], [f"{a}\n", "\n"])) == [str(a)]
    assert list(expand(["-"], [f"{a}\0{b}\0"])) == [str(a), str(b)]


def test_a_path_that_is_named_twice_is_judged_once(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(elf(2))
    assert list(expand([str(program), str(tmp_path), "-"], [f"{program}\n"])) == [str(program)]


def test_names_stay_as_they_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "program").write_bytes(elf(2))
    assert list(expand(["./program", "."])) == ["./program"]
    assert list(expand(["../gone"])) == ["../gone"]
