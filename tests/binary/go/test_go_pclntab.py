from __future__ import annotations

import time
import tracemalloc
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkcheck.binary.go.names import names_among
from linkcheck.binary.go.pclntab import find_table
from linkcheck.binary.image import ProgramImage
from tests.binary.go.images import Order, Word, image_of, pclntab

Version = Literal["1.2", "1.16", "1.18", "1.20"]
VERSIONS: tuple[Version, ...] = ("1.2", "1.16", "1.18", "1.20")
NAMES = [b"runtime.main", b"main.main", b"time.LoadLocation", b"net._C2func_getaddrinfo"]
WANTED = frozenset({b"time.LoadLocation", b"os.CreateTemp", b"LoadLocation", b"main.mai"})


def large_table(more: list[bytes]) -> bytes:
    """A table of NAMES whose name table goes on with `more` (as inlined functions' names do)."""
    small = pclntab(NAMES, "1.20")
    at = int.from_bytes(small[32:40], "little")
    end = int.from_bytes(small[40:48], "little")
    blob = b"".join(name + b"\0" for name in more)
    offsets = (end + len(blob)).to_bytes(8, "little") * 4
    return small[:40] + offsets + small[at:end] + blob + small[end:]


def found_in(image: ProgramImage) -> tuple[frozenset[bytes], list[bytes]]:
    table = find_table(image, thorough=True)
    assert table is not None
    return names_among(image.data, table, WANTED)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("word", [4, 8])
def test_every_format_is_read_by_section_and_by_scan(
    version: Version, order: Order, word: Word
) -> None:
    table = pclntab(NAMES, version, order, word)
    by_section = image_of((table, False), order=order, word=word, sections=[(".gopclntab", 0)])
    by_scan = image_of((b"\xff" * 3200 + table, False), order=order, word=word)
    for image in (by_section, by_scan):
        found, wrappers = found_in(image)
        assert found == {b"time.LoadLocation"}
        assert wrappers == [b"net._C2func_getaddrinfo"]


def test_names_that_are_only_inlined_are_found() -> None:
    table = pclntab(NAMES[:2], "1.20", inlined=[b"os.CreateTemp"])
    assert found_in(image_of((table, False)))[0] == {b"os.CreateTemp"}


def test_a_table_aligned_to_a_word_alone_is_found_by_the_thorough_search() -> None:
    image = image_of((b"\0" * 8 + pclntab(NAMES, "1.20"), False))
    assert find_table(image, thorough=False) is None
    assert found_in(image)[0] == {b"time.LoadLocation"}


def test_of_two_tables_the_better_and_then_the_larger_wins() -> None:
    small = pclntab([b"other.main"], "1.20")
    large = pclntab(NAMES, "1.18")
    image = image_of((small.ljust(320, b"\0") + large, False))
    table = find_table(image, thorough=True)
    assert table is not None
    assert table.count == len(NAMES)


def test_names_across_the_pieces_of_a_large_table_are_found() -> None:
    filler = [b"example.com/filler.(*T).Method%07d" % i for i in range(40_000)]
    table = large_table([*filler, b"os.CreateTemp", b"a/b._Cfunc_f"])
    found, wrappers = found_in(image_of((table, False), sections=[(".gopclntab", 0)]))
    assert found == {b"time.LoadLocation", b"os.CreateTemp"}
    assert wrappers == [b"net._C2func_getaddrinfo", b"a/b._Cfunc_f"]


def test_a_table_at_a_chunk_border_is_found() -> None:
    image = image_of((b"\0" * ((1 << 20) - 32) + pclntab(NAMES, "1.20"), False))
    assert found_in(image)[0] == {b"time.LoadLocation"}


@pytest.mark.parametrize(
    "at_and_value",
    [(8, b"\xff" * 8), (24 + 8, b"\xff" * 8), (8, bytes(8)), (7, b"\4"), (6, b"\3"), (4, b"\1")],
)
def test_a_header_that_contradicts_itself_is_no_table(at_and_value: tuple[int, bytes]) -> None:
    at, value = at_and_value
    table = bytearray(pclntab(NAMES, "1.20"))
    table[at : at + len(value)] = value
    assert find_table(image_of((bytes(table), False)), thorough=True) is None


def test_records_that_point_at_no_names_are_no_table() -> None:
    whole = pclntab(NAMES, "1.20")
    cut = whole[: whole.index(NAMES[0])]
    rest = len(whole) - len(cut)
    assert find_table(image_of((cut + b"\xff" * rest, False)), thorough=True) is None


@pytest.mark.parametrize("order", ["little", "big"])
def test_a_file_full_of_headers_is_given_up_quickly(order: Order) -> None:
    head = pclntab(NAMES, "1.20", order)[:72].ljust(96, b"\xff")
    started = time.process_time()
    assert find_table(image_of((head * 30_000, False), order=order), thorough=True) is None
    assert time.process_time() - started < 5


def test_a_hostile_go_1_2_table_cant_blow_up_its_names() -> None:
    long_name = b"a" * 70_000
    table = pclntab([long_name], "1.2")
    name_at = table.index(long_name)
    count = 20_000  # each record one byte further into the same long name
    bodies_at = 16 + (2 * count + 1) * 8 + 4
    functab = b"".join(bytes(8) + (bodies_at + 12 * i).to_bytes(8, "little") for i in range(count))
    text_at = bodies_at + 12 * count
    bodies = b"".join(bytes(8) + (text_at + i).to_bytes(4, "little") for i in range(count))
    head = table[:8] + count.to_bytes(8, "little")
    hostile = head + functab + bytes(12) + bodies + table[name_at:]
    tracemalloc.start()
    found, wrappers = found_in(image_of((hostile, False), sections=[(".gopclntab", 0)]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found, wrappers) == (frozenset(), [])
    assert peak < 100 << 20


def test_a_hundred_thousand_names_stay_under_60_megabytes() -> None:
    names = [
        b"github.com/some/module/package.(*Type%d).Method%d" % (i % 999, i) for i in range(110_000)
    ]
    grown = large_table(names)
    image = image_of((grown, False), sections=[(".gopclntab", 0)])
    tracemalloc.start()
    assert found_in(image)[0] == {b"time.LoadLocation"}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 << 20


@given(st.sampled_from(VERSIONS), st.integers(0, 400), st.binary(min_size=1, max_size=16))
def test_no_damage_makes_it_raise(version: Version, at: int, damage: bytes) -> None:
    table = bytearray(pclntab(NAMES, version))
    table[at : at + len(damage)] = damage
    image = image_of((bytes(table), False))
    got = find_table(image, thorough=True)
    if got is not None:
        found, _ = names_among(image.data, got, WANTED)
        assert found <= WANTED
