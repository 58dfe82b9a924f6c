from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkcheck.binary import read_facts
from linkcheck.binary.pe import pe_image, read_pe
from linkcheck.errors import LinkcheckError, MalformedBinaryError, NotAProgramError

AMD64, I386, ARM64 = 0x8664, 0x14C, 0xAA64


def pe(machine: int = AMD64, flags: int = 2, subsystem: int = 3, sections: int = 1) -> bytes:
    """A PE file with one writable section at RVA 0x1000 that imports from two libraries."""
    wide = machine != I386
    body = bytearray(0x400)
    struct.pack_into("<5I", body, 0, 1, 0, 0, 0x1100, 1)
    struct.pack_into("<5I", body, 20, 1, 0, 0, 0x1110, 1)
    struct.pack_into("<8I", body, 0x80, 1, 0x1120, 0, 0, 0, 0, 0, 0)
    body[0x100:0x10D] = b"KERNEL32.dll\0"
    body[0x110:0x11B] = b"msvcrt.dll\0"
    body[0x120:0x12B] = b"late32.dll\0"
    optional = bytearray(112 if wide else 96)
    struct.pack_into("<H", optional, 0, 0x20B if wide else 0x10B)
    struct.pack_into("<Q" if wide else "<I", optional, 24 if wide else 28, 0x400000)
    struct.pack_into("<H", optional, 68, subsystem)
    directories = bytearray(128)
    struct.pack_into("<2I", directories, 8, 0x1000, 60)
    struct.pack_into("<2I", directories, 13 * 8, 0x1080, 64)
    optional += directories
    head = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40) + b"PE\0\0"
    coff = struct.pack("<2H3I2H", machine, sections, 0, 0, 0, len(optional), flags)
    table = struct.pack("<8s6I2HI", b".data", 0x400, 0x1000, 0x400, 0x400, 0, 0, 0, 0, 0xC0000040)
    return (head + coff + optional + table).ljust(0x400, b"\0") + bytes(body)


def read(data: bytes) -> Any:
    return read_pe("x", data, len(data))


@pytest.mark.parametrize(
    ("data", "platform"),
    [
        (pe(), "windows/amd64"),
        (pe(I386), "windows/386"),
        (pe(ARM64), "windows/arm64"),
        (pe(0x1C4), "windows/arm"),
        (pe(subsystem=10), "efi/amd64"),
        (pe(0x5555), "windows/machine 0x5555"),
    ],
)
def test_system_and_cpu_are_told(data: bytes, platform: str) -> None:
    facts = read(data)
    assert (facts.format, facts.platform, facts.libc.family) == ("pe", platform, "unknown")


@pytest.mark.parametrize("machine", [AMD64, I386])
def test_imported_and_late_libraries_are_listed(machine: int) -> None:
    assert read(pe(machine)).needed == ("KERNEL32.dll", "msvcrt.dll", "late32.dll")


@pytest.mark.parametrize(("machine", "word"), [(AMD64, 8), (I386, 4)])
def test_the_memory_map_is_at_the_preferred_base(machine: int, word: int) -> None:
    data = pe(machine)
    image = pe_image("x", data, len(data))
    assert image.pointer_size == word
    assert image.read(0x401100, 8) == b"KERNEL32"
    assert image.segments[0].writable


def test_an_object_file_is_refused_by_name() -> None:
    with pytest.raises(NotAProgramError, match="object file"):
        read(pe(flags=0))


@pytest.mark.parametrize(
    "data",
    [pe()[:0x50], pe()[:0xC0], pe(sections=5000), pe()[:0x58] + b"\0\0" + pe()[0x5A:]],
    ids=["cut COFF header", "cut optional header", "too many sections", "unknown header"],
)
def test_damage_is_one_line_with_a_next_step(data: bytes) -> None:
    with pytest.raises(MalformedBinaryError) as caught:
        read(data)
    assert caught.value.next_step
    assert "\n" not in str(caught.value)


@given(st.integers(0, 0x530), st.binary(min_size=1, max_size=12))
def test_no_damage_raises_anything_else(at: int, damage: bytes) -> None:
    data = bytearray(pe())
    data[at : at + len(damage)] = damage
    try:
        facts = read(bytes(data))
    except LinkcheckError:
        return
    assert facts.format == "pe"


def test_read_facts_takes_it_for_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.exe"
    path.write_bytes(pe())
    assert read_facts(path).platform == "windows/amd64"
