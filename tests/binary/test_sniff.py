from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkcheck.binary.sniff import sniff

DOS = b"MZ".ljust(0x3C, b"\0")


@pytest.mark.parametrize(
    ("head", "name", "words"),
    [
        (b"\x7fELF\2\1\1", "elf", "ELF"),
        (b"\xcf\xfa\xed\xfe\7\0\0\1", "macho", "Mach-O"),
        (b"\xfe\xed\xfa\xce\0\0\0\x12", "macho", "Mach-O"),
        (b"\xca\xfe\xba\xbe\0\0\0\2", "macho", "Mach-O"),
        (b"\xca\xfe\xba\xbf\0\0\0\2", "macho", "Mach-O"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34", "java", "a Java class"),
        (DOS + struct.pack("<I", 0x40) + b"PE\0\0", "pe", "Windows"),
        (DOS + struct.pack("<I", 0x40) + b"NE\0\0", "dos", "MS-DOS"),
        (b"MZ", "dos", "MS-DOS"),
        (b"#!/bin/sh\necho\n", "script", "a shell script (#!/bin/sh)"),
        (b"#! /usr/bin/env -S A=1 python3.11 -u\n", "script", "a Python script"),
        (b"#!/opt/odd\n", "script", "a script (#!/opt/odd)"),
        (b"#!", "script", "a script"),
        (b"!<arch>\n__.PKGDEF   ", "go-archive", "a compiled Go package"),
        (b"!<arch>\ndebian-binary", "archive", "a Debian package"),
        (b"!<arch>\nx.o/", "archive", "a static library"),
        (b"go object linux amd64 go1.22", "go-object", "a Go object file"),
        (b"PK\x03\x04", "archive", "a zip archive"),
        (b"\x1f\x8b\x08", "archive", "a gzip archive"),
        (b"\xfd7zXZ\0", "archive", "an xz archive"),
        (b"\x28\xb5\x2f\xfd", "archive", "a zstd archive"),
        (b"BZh9", "archive", "a bzip2 archive"),
        (b"BC\xc0\xde", "llvm-bitcode", "LLVM bitcode"),
        (b"\0asm\1\0\0\0", "wasm", "a WebAssembly module"),
        (b"name".ljust(257, b"\0") + b"ustar\0", "archive", "a tar archive"),
        (b"version https://git-lfs.github.com/spec/v1\n", "lfs", "a Git LFS pointer"),
        (b"<!DOCTYPE html><html>", "text", "a web page"),
        ("package main // ä\n".encode(), "text", "a text file"),
        (b"\xff\xfeh\0i\0", "text", "UTF-16"),
        (b"\x00\x01\x02\x03" * 20, "unknown", "no known kind"),
    ],
)
def test_first_bytes_tell_the_kind_in_plain_words(head: bytes, name: str, words: str) -> None:
    kind = sniff(head, 10_000)
    assert kind.name == name
    assert words in kind.description


def test_an_empty_file_is_called_empty() -> None:
    assert sniff(b"", 0).name == "empty"


def test_everything_that_is_no_program_comes_with_a_next_step() -> None:
    heads = (
        b"",
        b"\x1f\x8b",
        b"!<arch>\n",
        b"\0asm",
        b"BC\xc0\xde",
        b"#!/bin/sh",
        b"text",
        b"\1\2",
    )
    assert all(sniff(head, len(head)).next_step for head in heads)


def test_a_pe_header_behind_the_first_bytes_is_still_a_pe() -> None:
    head = (DOS + struct.pack("<I", 9000)).ljust(4096, b"\0")
    assert sniff(head, 20_000).name == "pe"
    assert sniff(head, 8000).name == "dos"


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_text_whose_last_character_is_cut_is_still_text(cut: int) -> None:
    head = ("x" * 90 + "😀").encode()
    assert sniff(head[:-cut], 4096).name == "text"


def test_a_windows_object_file_is_told_from_random_bytes() -> None:
    syso = struct.pack("<2H3I2H", 0x8664, 1, 0, 60, 4, 0, 0).ljust(60, b"\0")
    assert sniff(syso, 100).name == "coff-object"
    assert sniff(syso, 50).name == "unknown"


@given(st.binary(max_size=600), st.integers(0, 1 << 40))
def test_any_bytes_have_a_kind(head: bytes, size: int) -> None:
    kind = sniff(head, size)
    assert kind.name
    assert kind.description
