from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkcheck.binary.go.buildinfo import MAGIC, read_raw
from linkcheck.binary.image import ProgramImage
from tests.binary.go.images import BASE, Order, Word, image_of

TEXT = "path\tx\n"
FRAMED = (
    b"0w\xaf\x0c\x92t\x08\x02A\xe1\xc1\x07\xe6\xd6\x18\xe6"
    + TEXT.encode()
    + b"\xf92C1\x86\x18 r\x00\x82B\x10A\x16\xd8\xf2"
)


def varint(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def inline(version: bytes = b"go1.22.1", modules: bytes = FRAMED) -> bytes:
    head = (MAGIC + bytes([0, 2])).ljust(32, b"\0")
    return head + varint(len(version)) + version + varint(len(modules)) + modules


def pointed(order: Order, word: Word) -> ProgramImage:
    address = BASE + 0x1000

    def words(*values: int) -> bytes:
        return b"".join(value.to_bytes(word, order) for value in values)

    head = MAGIC + bytes([word, int(order == "big")]) + words(address + 64, address + 96)
    blob = head.ljust(64, b"\0")
    blob += words(address + 128, 8).ljust(32, b"\0") + words(address + 136, len(FRAMED))
    blob = blob.ljust(128, b"\0") + b"go1.15.9" + FRAMED
    return image_of((blob, True), order=order, word=word)


def test_inline_strings_are_read_from_the_named_section() -> None:
    image = image_of((b"\1" * 64, True), (inline(), False), sections=[(".go.buildinfo", 1)])
    raw, gaps = read_raw(image)
    assert raw is not None
    assert (raw.version, raw.modules, gaps) == ("go1.22.1", TEXT, ())


@pytest.mark.parametrize("writable", [True, False])
def test_a_blob_without_a_section_is_found_wherever_the_linker_put_it(writable: bool) -> None:
    raw, _ = read_raw(image_of((b"\0" * 48 + inline(), writable)))
    assert raw is not None
    assert raw.version == "go1.22.1"


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("word", [4, 8])
def test_the_pointer_form_of_old_releases_is_followed(order: Order, word: Word) -> None:
    raw, gaps = read_raw(pointed(order, word))
    assert raw is not None
    assert (raw.version, raw.modules, gaps) == ("go1.15.9", TEXT, ())


def test_a_magic_off_the_16_byte_grid_is_not_a_header() -> None:
    assert read_raw(image_of((b"\0" * 8 + inline(), True))) == (None, ())


def test_a_misleading_header_before_the_real_one_is_passed_over() -> None:
    decoy = (MAGIC + bytes([0, 2])).ljust(48, b"\xff")
    raw, _ = read_raw(image_of((decoy + inline(), True)))
    assert raw is not None
    assert raw.version == "go1.22.1"


def test_a_header_whose_strings_are_unreadable_is_a_stated_gap() -> None:
    head = (MAGIC + bytes([0, 2])).ljust(32, b"\0")
    raw, gaps = read_raw(image_of((head + varint(1 << 60) + b"go1.22", True)))
    assert raw is not None
    assert raw.version == ""
    assert "could not be read" in gaps[0]


def test_module_text_without_its_sentinels_is_dropped_as_go_does() -> None:
    raw, _ = read_raw(image_of((inline(modules=b"path\tx"), True)))
    assert raw is not None
    assert (raw.version, raw.modules) == ("go1.22.1", "")


def test_a_program_without_the_blob_has_no_build_info() -> None:
    assert read_raw(image_of((b"\x90" * 5000, False), (bytes(5000), True))) == (None, ())


def test_a_file_full_of_headers_is_given_up_quickly() -> None:
    head = (MAGIC + bytes([0, 2])).ljust(32, b"\xff")
    started = time.process_time()
    _, gaps = read_raw(image_of((head * 60_000, True)))
    assert gaps
    assert time.process_time() - started < 5


@given(st.integers(0, 120), st.binary(max_size=40))
def test_no_damage_makes_it_raise(at: int, damage: bytes) -> None:
    blob = bytearray(inline())
    blob[at : at + len(damage)] = damage
    raw, gaps = read_raw(image_of((bytes(blob), True)))
    assert raw is None or raw.version or gaps
