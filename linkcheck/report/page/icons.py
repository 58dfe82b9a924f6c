"""One shape for each answer, so that none is told by its colour alone."""

from __future__ import annotations

from typing import Final

from linkcheck.model.verdicts import Answer
from linkcheck.report.page.markup import Markup, element, svg

# a tick, an exclamation mark, a cross and a question mark, drawn: fonts may lack the signs
_PATHS: Final[dict[Answer, str]] = {
    "runs": "M4 10.5 8.2 14.7 16 5.8",
    "degraded": "M10 3.5V11.5M10 15.6V15.8",
    "fails": "M5 5 15 15M15 5 5 15",
    "unknown": "M6.4 7.4A3.6 3.6 0 1 1 10 10.8V12.2M10 15.8V16",
}


def icon(answer: Answer) -> Markup:
    """The shape of an answer, in the colour of the text around it."""
    return svg(element("path", d=_PATHS[answer]), viewBox="0 0 20 20", class_="icon")


def chip(answer: Answer, text: str = "") -> Markup:
    """Shape and word on the colour of the answer."""
    return element("span", icon(answer), text or answer, class_=f"chip {answer}")
