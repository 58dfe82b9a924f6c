"""HTML made from strings that may be hostile: what is not markup yet is escaped, always."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from linkcheck.report.text import plain

_VOID: Final = frozenset({"meta", "br", "wbr", "rect", "use", "path", "circle"})
_BREAKS: Final = re.compile(r"(?<=[/:@-])(?=\w)")


class Markup(str):
    """Text that is HTML already; only this module makes it."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str | int | bool | None) -> Markup:
    """One element. Children that are no `Markup` are escaped; empty ones are left out.

    `class_` stands for `class`, `aria_label` for `aria-label`; an attribute that is None or False
    is left out, and one that is True has no value.
    """
    opened = [tag]
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        spelled = name.rstrip("_").replace("_", "-")
        opened.append(spelled if value is True else f'{spelled}="{escape(plain(str(value)))}"')
    if tag in _VOID:
        return Markup(f"<{' '.join(opened)}>")
    inside = "".join(map(_safe, children))
    return Markup(f"<{' '.join(opened)}>{inside}</{tag}>")


def verbatim(content: str, tag: str) -> Markup:
    """A file of ours, a style sheet or a script, as it is; its digest must stay the same."""
    return Markup(f"<{tag}>{content}</{tag}>")


def join(parts: list[Markup]) -> Markup:
    """Several elements, a line each."""
    return Markup("\n".join(part for part in parts if part))


def block(text: str) -> Markup:
    """Text of several lines, as a program printed it."""
    lines = (escape(plain(line)) for line in text.strip("\n").splitlines())
    return element("pre", Markup("\n".join(lines)))


def breakable(name: str) -> Markup:
    """A long name that may be broken behind its `/`, `:`, `@` and `-`."""
    return Markup("<wbr>".join(escape(part) for part in _BREAKS.split(plain(name))))


def held(*children: str) -> Markup:
    """Text that stays in sight while the table around it is scrolled sideways."""
    return element("span", *children, class_="held")


def svg(*shapes: str, **attributes: str) -> Markup:
    """A picture that says nothing to who can't see it: the words beside it do."""
    return element("svg", *shapes, aria_hidden="true", focusable="false", **attributes)


def _safe(child: str) -> str:
    return child if isinstance(child, Markup) else escape(plain(child))
