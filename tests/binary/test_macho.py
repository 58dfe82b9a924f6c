from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkcheck.binary import read_facts
from linkcheck.binary.macho import macho_image, read_macho
from linkcheck.errors import LinkcheckError, MalformedBinaryError, NotAProgramError

ARM64, AMD64, PPC = 0x0100000C, 0x01000007, 18
EXECUTE, OBJECT, CORE, DSYM = 2, 1, 4, 10


def thin(cpu: int = ARM64, kind: int = EXECUTE, order: str = "<", platform: int = 1) -> bytes:
    """A 64-bit Mach-O file with one segment of one section, one library, one platform."""
    name = b"/usr/lib/libSystem.B.dylib\0".ljust(32, b"\0")
    dylib = struct.pack(order + "6I", 0xC, 24 + len(name), 24, 0, 0, 0) + name
    build = struct.pack(order + "6I", 0x32, 24, platform, 0, 0, 0)
    section = struct.pack(
        order + "16s16s2Q8I", b"__go_buildinfo", b"__DATA", 0x1000, 16, 0x400, *[0] * 7
    )
    segment = struct.pack(
        order + "2I16s4Q4I", 0x19, 72 + 80, b"__DATA", 0x1000, 64, 0x400, 64, 3, 3, 1, 0
    )
    commands = segment + section + dylib + build
    head = struct.pack(order + "8I", 0xFEEDFACF, cpu, 0, kind, 3, len(commands), 0, 0)
    return (head + commands).ljust(0x400, b"\0") + bytes(range(64))


def universal(*slices: tuple[int, bytes]) -> bytes:
    head = struct.pack(">2I", 0xCAFEBABE, len(slices))
    body = b""
    for cpu, data in slices:
        start = 0x1000 + len(body)
        head += struct.pack(">5I", cpu, 0, start, len(data), 12)
        body += data.ljust(0x1000, b"\0")
    return head.ljust(0x1000, b"\0") + body


def read(data: bytes) -> Any:
    return read_macho("x", data, len(data))


def test_platform_and_libraries_of_a_thin_file_are_told() -> None:
    facts = read(thin())
    assert (facts.format, facts.platform) == ("macho", "darwin/arm64")
    assert facts.needed == ("/usr/lib/libSystem.B.dylib",)
    assert facts.libc.family == "unknown"
    assert facts.elf is None


@pytest.mark.parametrize(
    ("data", "platform"),
    [
        (thin(platform=2), "ios/arm64"),
        (thin(cpu=AMD64), "darwin/amd64"),
        (thin(cpu=PPC, order=">"), "darwin/ppc"),
        (thin(cpu=0x55), "darwin/cpu 0x55"),
    ],
)
def test_system_cpu_and_byte_order_are_told(data: bytes, platform: str) -> None:
    assert read(data).platform == platform


def test_of_a_universal_file_the_first_program_is_read_and_the_others_are_listed() -> None:
    facts = read(universal((AMD64, thin(AMD64)), (ARM64, thin())))
    assert facts.platform == "darwin/amd64"
    assert any("also in it: darwin/arm64" in gap for gap in facts.gaps)


def test_the_memory_map_of_a_slice_points_into_the_whole_file() -> None:
    data = universal((ARM64, thin()))
    image = macho_image("x", data, len(data))
    assert image.read(0x1000, 4) == b"\0\1\2\3"
    section = image.section("__go_buildinfo")
    assert section is not None
    assert section.offset == 0x1400


@pytest.mark.parametrize(
    ("kind", "words"), [(OBJECT, "object file"), (CORE, "core dump"), (DSYM, "debug symbols")]
)
def test_files_that_nothing_starts_are_refused_by_name(kind: int, words: str) -> None:
    with pytest.raises(NotAProgramError, match=words) as caught:
        read(thin(kind=kind))
    assert caught.value.next_step


def test_a_universal_static_library_is_refused_by_name() -> None:
    with pytest.raises(NotAProgramError, match="static library"):
        read(universal((ARM64, b"!<arch>\n".ljust(64, b"\0"))))


@pytest.mark.parametrize(
    "data",
    [
        thin()[:20],
        thin()[:100],
        thin()[:16] + b"\xff\xff\xff\xff" + thin()[20:],
        thin()[:36] + b"\4\0\0\0" + thin()[40:],
        universal((ARM64, thin()))[:0x1100],
        struct.pack(">2I", 0xCAFEBABE, 0),
        universal((ARM64, b"\0" * 64)),
    ],
    ids=["cut header", "cut commands", "too many commands", "tiny command", "cut slice",
         "no slice", "slice of zeros"],
)  # fmt: skip
def test_damage_is_one_line_with_a_next_step(data: bytes) -> None:
    with pytest.raises(MalformedBinaryError) as caught:
        read(data)
    assert caught.value.next_step
    assert "\n" not in str(caught.value)


@given(st.integers(0, 330), st.binary(min_size=1, max_size=12), st.booleans())
def test_no_damage_raises_anything_else(at: int, damage: bytes, fat: bool) -> None:
    data = bytearray(universal((ARM64, thin())) if fat else thin())
    at += 0x1000 if fat and at > 40 else 0
    data[at : at + len(damage)] = damage
    try:
        facts = read(bytes(data))
    except LinkcheckError:
        return
    assert facts.format == "macho"


def test_read_facts_takes_it_for_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(thin())
    assert read_facts(path).platform == "darwin/arm64"
