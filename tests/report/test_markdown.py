"""The Markdown report as a renderer of GitHub's flavour understands it."""

from __future__ import annotations

import re
from html import unescape

import pytest
from markdown_it import MarkdownIt

from linkcheck.model.report import Report, Trial
from linkcheck.report.gfm import block, code, text
from linkcheck.report.markdown import ROOM, render
from tests.report.hostile import ALL, ATTACKS, hostile_matrix, hostile_subject
from tests.report.samples import BASES, matrix, report, subject

GFM = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shown(markdown: str) -> str:
    return str(GFM.render(markdown))


def test_rendering_twice_gives_identical_bytes() -> None:
    assert render(matrix()) == render(matrix())


def test_a_matrix_is_a_table_with_a_mark_for_each_base_under_a_legend() -> None:
    html = shown(render(matrix()))
    heads = re.findall(r"<th.*?>(.*?)</th>", html)
    assert heads[:2] == ["recipe", "scratch"]
    assert heads[-3:] == ["size", "smallest base", "image"]
    rows = [re.findall(r"<td.*?>(.*?)</td>", row) for row in html.split("<tr>")[2:]]
    assert {len(row) for row in rows} == {len(heads)}
    assert rows[0][:3] == ["<code>default</code>", "❌", "✅"]
    assert rows[2][-3:] == ["failed", "-", "-"]
    assert "✅ runs  ⚠️ degraded  ❌ fails  ❓ unknown" in html


def test_a_build_that_failed_is_told_below_the_table_with_its_reason() -> None:
    assert "* `pie` skipped: no C compiler here: install gcc" in render(matrix())


def test_one_program_is_a_row_a_base_with_the_reason() -> None:
    html = shown(render(Report((subject(),))))
    assert html.count("<tr>") == 1 + len(BASES)
    assert "<td>❌ fails</td>\n<td>loader /lib64/ld-linux-x86-64.so.2 is not in" in html


def test_what_was_observed_stands_beside_what_was_predicted() -> None:
    trials = tuple(Trial(base, "started", 0, "", base != "scratch") for base in BASES)
    one = render(Report((subject()._replace(trials=trials),)))
    assert "| `scratch` | ❌ fails | started | loader" in one
    assert "6 of 7 starts as predicted" in one
    several = render(Report((subject()._replace(trials=trials), subject("b"))))
    assert "| `./hello` | ❌ ‼️ started |" in several


def test_details_are_folded_and_every_fold_is_closed() -> None:
    html = shown(render(matrix()))
    assert html.count("<details>") == html.count("</details>") == 5
    assert "<summary><code>Why (2 reasons)</code></summary>" in html
    assert '<code class="language-text">exec /app: no such file or directory\n</code>' in html


def test_a_long_report_leaves_out_what_a_comment_can_not_hold_and_says_so() -> None:
    many = Report(tuple(subject(f"./p{n}") for n in range(120)))
    assert len(render(many)) < ROOM + 200
    assert re.search(
        r"^\d+ more details don't fit a comment; `--format json`", render(many), re.MULTILINE
    )
    assert "more details" not in render(report())
    thousand = render(Report(tuple(subject(f"./p{n}") for n in range(1000))))
    assert len(thousand) < ROOM + 200
    shown = thousand.count("\n| `./p")
    assert f"\n{1000 - shown} more are not shown; `--format json` has all.\n" in thousand


@pytest.mark.parametrize("attack", [*ATTACKS, ALL])
@pytest.mark.parametrize("make", [hostile_matrix, lambda a: Report((hostile_subject(a),))])
def test_nothing_of_a_hostile_string_comes_alive(attack: str, make: object) -> None:
    html = shown(render(make(attack)))  # type: ignore[operator]
    allowed = {
        "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "ul", "li",
        "details", "summary",
    }  # fmt: skip
    tags = re.findall(r"<([a-z0-9]+)([^>]*)>", html)
    assert {tag for tag, _ in tags} <= allowed
    assert {a for _, a in tags} <= {"", ' class="language-text"', *ALIGNED}
    assert html.count("<details>") == html.count("</details>")
    assert html.count("<h3>") == 1


ALIGNED = {f' style="text-align:{side}"' for side in ("left", "right", "center")}


def test_text_calls_nobody_and_links_to_nothing() -> None:
    safe = unescape(text("@octocat #12 a/b#3 https://x www.x x@GLIBC_2.34"))
    assert re.search(r"@\w|#\d|://|www\.\w", safe) is None
    assert text("ld-linux-x86_64.so.2 (needed by /app) >= 2.34; CGO_ENABLED=0") == (
        "ld-linux-x86_64.so.2 (needed by /app) >= 2.34; CGO_ENABLED=0"
    )


def test_code_holds_any_string_and_stays_within_its_cell() -> None:
    assert shown(code("a ``b`` c")) == "<p><code>a ``b`` c</code></p>\n"
    assert code("") == ""
    assert code("a|b", cell=True) == r"`a\|b`"
    assert block("x ```` y\x1b") == "`````text\nx ```` y\\x1b\n`````"
