"""Program and image sizes as bars on one scale."""

from __future__ import annotations

from linkcheck.report.page.markup import Markup, breakable, element, held, join, svg
from linkcheck.report.sheet import Line, Sheet, image_size, smallest_base
from linkcheck.report.text import human_size

_CAPTION = (
    "All bars are on one scale. An image is the smallest base with the program and what it lacks; "
    "~ marks an estimate."
)


def sizes(sheet: Sheet) -> Markup:
    """A line a program: its bytes, its smallest base, and the bytes of both where that is known."""
    lines = [line for line in sheet.lines if line.subject is not None]
    largest = max((max(_program(line), _image(line)) for line in lines), default=0)
    images = any(_image(line) for line in lines)
    heads = [sheet.head, "size", "smallest base", *(["image"] if images else [])]
    rows = [
        element(
            "tr",
            element("th", breakable(line.name), scope="row"),
            _amount(human_size(_program(line)), _program(line), largest, "program"),
            element("td", breakable(smallest_base(line.subject)), class_="base"),
            _amount(image_size(line.build), _image(line), largest, "image")
            if images and line.build
            else "",
        )
        for line in lines
    ]
    table = element(
        "table",
        element("caption", held(_CAPTION)),
        element("thead", element("tr", *(element("th", head, scope="col") for head in heads))),
        element("tbody", join(rows)),
        class_="sizes",
    )
    return element(
        "div", table, class_="scroll", tabindex=0, role="region", aria_label="Sizes, scrollable"
    )


def _program(line: Line) -> int:
    return line.subject.facts.size if line.subject else 0


def _image(line: Line) -> int:
    return (line.build.image_size or 0) if line.build else 0


def _amount(text: str, size: int, largest: int, kind: str) -> Markup:
    """The number and its bar. SVG, as a strict CSP allows no style attribute for the length."""
    if not size:
        return element("td", text, class_="amount")
    length = max(1, round(1000 * size / largest))
    bar = svg(
        element("rect", width=length, height="8", rx="0"),
        viewBox="0 0 1000 8",
        preserveAspectRatio="none",
        class_=f"bar {kind}",
    )
    return element("td", element("span", text), bar, class_="amount")
