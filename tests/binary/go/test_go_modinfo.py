from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkcheck.binary.go.modinfo import parse_modules
from linkcheck.binary.go.quoting import unquote
from linkcheck.model.facts import Module

TEXT = """path\texample.com/app/cmd
mod\texample.com/app\tv1.0.0\th1:main=
dep\texample.com/a\tv1.1.0
=>\t../a\tv0.0.0\th1:x=
dep\texample.com/b\tv1.2.0\th1:b=
build\t-compiler=gc
build\t-ldflags="-s -w -X \\"main.v=1 2\\""
build\t"odd key"=`raw`
build\tCGO_CFLAGS=
"""


def test_every_kind_of_line_is_understood() -> None:
    info = parse_modules(TEXT)
    assert info.path == "example.com/app/cmd"
    assert info.main == Module("example.com/app", "v1.0.0", "h1:main=")
    assert info.deps == [
        Module("example.com/a", "v1.1.0", "", Module("../a", "v0.0.0", "h1:x=")),
        Module("example.com/b", "v1.2.0", "h1:b="),
    ]
    assert info.settings == [
        ("-compiler", "gc"),
        ("-ldflags", '-s -w -X "main.v=1 2"'),
        ("odd key", "raw"),
        ("CGO_CFLAGS", ""),
    ]
    assert info.gaps == []


def test_the_main_module_can_be_replaced() -> None:
    info = parse_modules("mod\tm\tv1\n=>\tn\tv2\ts\n")
    assert info.main == Module("m", "v1", "", Module("n", "v2", "s"))


@pytest.mark.parametrize(
    "line",
    ["mod\tonly-a-path", "=>\tn\tv2\ts", "dep\ta\tb\tc\td", "build\t=x", "build\tno-equals",
     'build\t"open=1', 'build\tk="\\q"', 'build\t"k"x=1', 'build\tk="a"b'],
)  # fmt: skip
def test_a_line_that_go_refuses_is_a_gap_that_names_it(line: str) -> None:
    info = parse_modules(f"path\tx\n{line}\nbuild\tGOOS=linux\n")
    assert len(info.gaps) == 1
    assert "line 2" in info.gaps[0]
    assert info.settings == [("GOOS", "linux")]


def test_an_unfinished_last_line_is_ignored_as_go_does() -> None:
    assert parse_modules("path\tx\nbuild\tGOOS=lin").settings == []


@pytest.mark.parametrize(
    ("quoted", "plain"),
    [
        (r'"a\tb\n\"\\"', 'a\tb\n"\\'),
        (r'"\x41x42\101"', "Ax42A"),
        (r'"\xc3\xa9\u00e9\U0001F600"', "éé😀"),
        (r'"\xff"', "\ufffd"),
        ("`a\\n\r`", "a\\n"),
        ('""', ""),
    ],
)
def test_go_string_literals_are_unquoted(quoted: str, plain: str) -> None:
    assert unquote(quoted) == plain


@pytest.mark.parametrize(
    "bad", [r'"\q"', r'"\ud800"', r'"\U00110000"', r'"\777"', '"a', "x", '"a"b']
)
def test_what_is_no_go_string_literal_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        unquote(bad)


@given(st.text(max_size=200))
def test_no_text_makes_it_raise(text: str) -> None:
    info = parse_modules(f"build\t{text}\n{text}\n")
    assert all(gap.startswith("Go build info: line ") for gap in info.gaps)
