"""The HTML report: one file, nothing from outside, nothing hostile alive, and readable by all."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from linkcheck.model.report import Report, Trial
from linkcheck.report.html import render
from tests.report.hostile import hostile_matrix, hostile_subject
from tests.report.samples import BASES, matrix, report, subject

VOID = {"meta", "wbr", "rect", "path"}
SAMPLES = {
    "programs": report(),
    "one": Report((subject(trace=True),)),
    "matrix": matrix(),
    "nothing": Report(()),
    "hostile program": Report((hostile_subject(),)),
    "hostile matrix": hostile_matrix(),
}


class Page(HTMLParser):
    """Every element as (tag, attributes, text inside), and whether all were closed in order."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(document)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element: tuple[str, dict[str, str | None], list[str]] = (tag, dict(attrs), [])
        assert len(element[1]) == len(attrs), f"an attribute twice: {attrs}"
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, _, texts in self.open:
            texts.append(data)

    def all(self, tag: str, **attributes: str) -> list[tuple[dict[str, str | None], str]]:
        return [
            (found, " ".join("".join(texts).split()))
            for name, found, texts in self.elements
            if name == tag and attributes.items() <= found.items()
        ]


@pytest.fixture(params=list(SAMPLES))
def page(request: pytest.FixtureRequest) -> Page:
    return Page(render(SAMPLES[request.param]))


def test_rendering_twice_gives_identical_bytes() -> None:
    assert render(matrix()) == render(matrix())


def test_every_element_is_closed_and_every_id_is_there_once(page: Page) -> None:
    ids = [found["id"] for _, found, _ in page.elements if "id" in found]
    assert len(ids) == len(set(ids))
    for _, found, _ in page.elements:
        for reference in ("popovertarget", "aria-labelledby"):
            assert found.get(reference) in {None, *ids}
        if found.get("href"):
            assert str(found["href"]).removeprefix("#") in ids


def test_nothing_comes_from_outside_and_no_markup_runs_code(page: Page) -> None:
    assert {tag for tag, _, _ in page.elements} & {"img", "link", "iframe", "base", "form"} == set()
    for _, found, _ in page.elements:
        assert [name for name in found if name.startswith("on") or name in ("style", "src")] == []
    assert [found for found, _ in page.all("script")] == [{}]


def test_the_policy_allows_the_one_style_and_the_one_script_by_digest() -> None:
    document = render(matrix())
    (policy,) = [
        str(found["content"])
        for found, _ in Page(document).all("meta")
        if found.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", document, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_each_cell_has_a_name_and_opens_to_reason_error_text_and_fix() -> None:
    page = Page(render(matrix()))
    (cell,) = page.all("button", **{"aria-label": "default on scratch: fails, refused"})
    assert cell[1] == "failsrefused"
    (why,) = page.all("div", id=str(cell[0]["popovertarget"]))
    assert "loader /lib64/ld-linux-x86-64.so.2 is not in the image" in why[1]
    assert "What you would see exec /app: no such file or directory".replace(" ", "") in (
        why[1].replace(" ", "")
    )
    assert "build with CGO_ENABLED=0" in why[1]
    assert "refused, exit code 255, as predicted" in why[1]


def test_every_row_and_column_of_the_grid_has_a_head() -> None:
    page = Page(render(matrix()))
    columns = [text for found, text in page.all("th", scope="col")]
    assert columns[:3] == ["recipe", "scratch", "static-debian13"]
    rows = [text for found, text in page.all("th", scope="row")]
    assert rows[:2] == ["defaultdynamic, glibc 2.34", "cgo-offstatic"]
    assert len(page.all("td")) - 6 == 2 * len(BASES) + 2  # 6 sizes; two builds are one cell each


def test_a_build_that_failed_is_a_row_with_its_reason() -> None:
    texts = [text for _, text in Page(render(matrix())).all("td", **{"class": "none"})]
    assert texts == [
        "failed: ./main.go:9:2: undefined: C.gone",
        "skipped: no C compiler here: install gcc",
    ]


def test_a_disagreement_is_loud() -> None:
    wrong = Trial("scratch", "started", 0, "hello", False)
    page = Page(render(Report((subject()._replace(trials=(wrong,)),))))
    ((found, _),) = page.all("button", **{"aria-label": "./hello on scratch: fails, but started"})
    assert found["class"] == "cell fails wrong"
    assert "NOT as predicted" in page.all("div", id="cell-0-0")[0][1]


def test_reasons_stand_on_the_page_once_with_all_that_they_hold_for() -> None:
    ((_, listed),) = Page(render(matrix())).all("ul", **{"class": "reasons"})
    assert listed.count("loader /lib64/ld-linux-x86-64.so.2 is not in the image") == 1
    assert "default on scratch, alpine:3.23, ubuntu:24.04" in listed


def test_bars_are_as_long_as_the_sizes_that_stand_beside_them() -> None:
    page = Page(render(matrix()))
    assert [found["width"] for found, _ in page.all("rect")] == ["846", "1000", "846"]
    assert [text for _, text in page.all("td", **{"class": "amount"})] == [
        "3.4 MB",
        "~4.0 MB",
        "3.4 MB",
        "-",
    ]


def test_hostile_strings_are_shown_as_they_are() -> None:
    page = Page(render(Report((hostile_subject("<b>&amp;\x1b"),))))
    assert page.all("b") == []
    assert page.all("h1")[0][1] == "<b>&amp;\\x1b on 2 bases"


def test_a_program_has_its_facts_as_terms_and_what_they_say() -> None:
    page = Page(render(matrix()))
    told = dict(zip((t for _, t in page.all("dt")), (t for _, t in page.all("dd")), strict=True))
    assert told["size"] == "3.4 MB"
    assert {"path", "platform", "libc", "loader", "needed", "Go", "calls C"} <= set(told)
    assert page.all("dd")[5][1] == "libc.so.6"
