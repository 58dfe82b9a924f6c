"""Words of a Dockerfile: comments, names, quoted text. None may become more than that."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from typing import Final

from linkcheck.errors import UsageError

_WIDTH: Final = 78
_PLAIN_WORD: Final = re.compile(r"[\w./+@%:=][\w./+@%:=-]*")  # no flag, nothing to expand


def comment(text: str) -> list[str]:
    """`text` as comment lines of a readable width."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    return [f"# {line}" for line in textwrap.wrap(text, _WIDTH, break_long_words=False)]


def name(text: str, what: str = "program") -> str:
    """`text`, a path below the build context.

    Raises UsageError where a Dockerfile or .dockerignore would take it for a pattern or a variable.
    """
    if not text.isprintable() or text != text.strip() or set(text) & set("*?[]\\$\"'"):
        raise UsageError(f"{text!r} can't be named in a Dockerfile", next_step=f"rename the {what}")
    return text


def copy(flags: Sequence[str], sources: Sequence[str], target: str) -> str:
    """A COPY line, in JSON form where a name has blanks and the like."""
    words = [*sources, target]
    if all(_PLAIN_WORD.fullmatch(word) for word in words):
        return " ".join(("COPY", *flags, *words))
    return " ".join(("COPY", *flags, json.dumps(words, ensure_ascii=False)))


def string(text: str) -> str:
    """`text` in double quotes, with no variable in it (LABEL, ENV)."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    return '"' + re.sub(r'(["\\$])', r"\\\1", text) + '"'
