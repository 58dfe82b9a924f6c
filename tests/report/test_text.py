"""Wrapping, sizes and names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkcheck.errors import UsageError
from linkcheck.report import FORMATS, renderer
from linkcheck.report.text import human_size, plain, short_base, wrap


@given(st.text(), st.integers(1, 100))
def test_wrapping_keeps_every_letter_and_no_line_too_long(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) <= width for line in lines)
    assert lines


@given(st.text())
def test_plain_text_is_printable_and_printable_text_stays(text: str) -> None:
    assert plain(text).isprintable()
    assert plain(text) == text or not text.isprintable()


def test_wrapping_prefers_spaces_then_slashes_and_spares_flags() -> None:
    assert wrap("build with -tags netgo,osusergo", 20) == ["build with -tags", "netgo,osusergo"]
    assert wrap("/usr/lib/x86_64-linux-gnu/libc.so.6", 20) == [
        "/usr/lib/",
        "x86_64-linux-gnu/",
        "libc.so.6",
    ]


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (3_383_338, "3.4 MB"), (99_960_000, "100 MB"),
     (999_499_999, "999 MB"), (999_600_000, "1.0 GB"), (5_000_000_000_000, "5.0 TB")],
)  # fmt: skip
def test_sizes_are_shown_in_units_of_a_thousand(size: int, shown: str) -> None:
    assert human_size(size) == shown


@pytest.mark.parametrize(
    ("ref", "shown"),
    [("gcr.io/distroless/base-debian13", "base-debian13"), ("alpine:3.23", "alpine:3.23"),
     ("dir:/srv/roots/debian-11/", "dir:debian-11"), ("docker.io/library/debian:13", "debian:13"),
     ("dir:/", "dir:/")],
)  # fmt: skip
def test_bases_are_shortened_to_what_tells_them_apart(ref: str, shown: str) -> None:
    assert short_base(ref) == shown


def test_every_format_of_the_table_has_its_module() -> None:
    assert [callable(renderer(name)) for name in FORMATS] == [True] * len(FORMATS)


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="use one of table, json"):
        renderer("xml")
