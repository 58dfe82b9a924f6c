"""One HTML file that needs nothing else: no address outside, no script but the few lines in it.

Its Content-Security-Policy allows that one style sheet and that one script, by their digests, so
that a string of a hostile program could run nothing even if it were markup; it is escaped anyway.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Final

from linkcheck import __version__
from linkcheck.model.report import Failure, Report
from linkcheck.report.advice import advice
from linkcheck.report.page.cards import cards
from linkcheck.report.page.grid import grid, popovers
from linkcheck.report.page.icons import chip
from linkcheck.report.page.markup import Markup, block, element, join, verbatim
from linkcheck.report.page.sizes import sizes
from linkcheck.report.screen import Screen
from linkcheck.report.sheet import (
    Reason,
    Sheet,
    reasons,
    sheet_of,
    starts,
    title,
)

_PARTS: Final = Path(__file__).with_name("page")


def render(report: Report, screen: Screen = Screen()) -> str:  # noqa: ARG001, B008 -- frozen; every format takes it
    """The report as one HTML document with a final newline."""
    style = (_PARTS / "page.css").read_text(encoding="utf-8")
    script = (_PARTS / "page.js").read_text(encoding="utf-8")
    about = title(report)
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"linkcheck: {about}"),
        verbatim(style, "style"),
    )
    body = element("body", _body(report, about), verbatim(script, "script"))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _policy(style: str, script: str) -> str:
    """Nothing from anywhere, but for the two texts with these digests (CSP level 3)."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _body(report: Report, about: str) -> Markup:
    sheet = sheet_of(report)
    sections = [_summary(sheet, report)]
    if sheet.bases:
        sections.append(_section("verdicts", "Where it runs", _skippable(grid(sheet))))
    found = reasons(sheet.lines)
    if found:
        listed = element("ul", *map(_reason, found), class_="reasons")
        sections.append(_section("reasons", "Why", listed))
    if any(line.subject for line in sheet.lines):
        sections.append(_section("sizes", "Sizes", sizes(sheet)))
    if sheet.lines:
        sections.append(_section("details", "Details", cards(sheet)))
    if report.errors:
        failed = element("ul", *map(_failure, report.errors))
        sections.append(_section("errors", "Could not be judged", failed))
    return join(
        [
            element("a", "Skip to the verdicts", href="#main", class_="skip"),
            element("header", element("p", "linkcheck", class_="brand"), element("h1", about)),
            element("main", join(sections), id="main"),
            element("footer", element("p", f"Made by linkcheck {__version__}.")),
            popovers(sheet),
        ]
    )


def _section(name: str, heading: str, content: Markup) -> Markup:
    return element(
        "section",
        element("h2", heading, id=f"{name}-heading"),
        content,
        aria_labelledby=f"{name}-heading",
        id=name,
    )


def _skippable(table: Markup) -> Markup:
    """The grid has a button a cell: who walks by Tab may leave it out."""
    return join(
        [
            element("a", "Skip the table", href="#after-verdicts", class_="skip"),
            table,
            element("div", id="after-verdicts", tabindex=-1),
        ]
    )


def _summary(sheet: Sheet, report: Report) -> Markup:
    chips = [element("li", chip(answer, f"{number} {answer}")) for answer, number in sheet.tally()]
    parts = [element("ul", *chips, class_="tally", aria_label="Verdicts")] if chips else []
    for one in advice(sheet.lines):
        first, *rest = one.sentences()
        parts.append(element("p", "Advice: ", element("strong", first), class_="advice"))
        parts += [element("ul", *(element("li", said) for said in rest))] if rest else []
    parts += [element("p", told) for told in starts(sheet)]
    parts += [element("p", notice, class_="notice") for notice in report.notices]
    return join(parts)


def _reason(reason: Reason) -> Markup:
    return element(
        "li",
        element("p", chip(reason.answer), " ", element("strong", reason.text)),
        element("p", reason.place(), class_="place"),
        block(reason.error_text) if reason.error_text else "",
        element("p", element("strong", "Fix: "), reason.fix) if reason.fix else "",
    )


def _failure(error: Failure) -> Markup:
    named = error.path in error.message
    return element("li", error.message if named else f"{error.path}: {error.message}")
