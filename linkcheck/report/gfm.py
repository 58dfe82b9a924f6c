"""Pieces of GitHub-flavoured Markdown in which a hostile string stays what it is: text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from linkcheck.report.text import plain

_ACTIVE: Final = re.compile(r"[\\`*\[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
# what GitHub turns into a link, or calls somebody with: a name, an issue, an address
_CALLS: Final = re.compile(r"@(?=\w)|#(?=\d)|:(?=//)|(?<=www)\.", re.IGNORECASE)
_NOTHING: Final = "&#8203;"  # a space of no width


def text(words: str) -> str:
    """Words in the middle of a line, in which Markdown and GitHub find nothing to act upon."""
    safe = plain(words).replace("&", "&amp;").replace("<", "&lt;")
    safe = _ACTIVE.sub(r"\\\g<0>", safe)
    return _CALLS.sub(rf"\g<0>{_NOTHING}", safe)


def code(words: str, *, cell: bool = False) -> str:
    """A name, as code; in a `cell` of a table a bar would end it."""
    content = plain(words).replace("|", r"\|") if cell else plain(words)
    if not content.strip():
        return ""
    ticks = "`" * (_longest(content) + 1)
    pad = " " if content[0] == "`" or content[-1] == "`" else ""
    return f"{ticks}{pad}{content}{pad}{ticks}"


def block(words: str) -> str:
    """What a program or compiler printed, line by line."""
    lines = [plain(line) for line in words.strip("\n").splitlines()]
    fence = "`" * max(3, max(map(_longest, lines), default=0) + 1)
    return "\n".join([f"{fence}text", *lines, fence])


def folded(summary: str, parts: Iterable[str]) -> str:
    """Parts that open on a click, or nothing where there are none."""
    content = [part for part in parts if part]
    if not content:
        return ""
    # inside of an HTML element nothing is Markdown, and nobody is called from code
    head = f"<details><summary><code>{escape(plain(summary))}</code></summary>"
    return "\n\n".join([head, *content, "</details>"])


def row(cells: Sequence[str]) -> str:
    """One line of a table."""
    return f"| {' | '.join(cells)} |"


def _longest(content: str) -> int:
    return max(map(len, re.findall("`+", content)), default=0)
