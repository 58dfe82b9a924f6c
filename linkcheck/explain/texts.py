"""The known error texts, out of `texts.toml`."""

from __future__ import annotations

import functools
import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from linkcheck.errors import CatalogError

DATA = Path(__file__).parent / "texts.toml"


class ErrorText(NamedTuple):
    """One failure. `patterns` find it in what was pasted, `examples` are real texts of it."""

    name: str
    title: str
    patterns: tuple[re.Pattern[str], ...]
    examples: tuple[str, ...]
    cause: str
    see: str  # commands that show it
    fix: str
    rules: tuple[str, ...]


@functools.cache
def error_texts() -> tuple[ErrorText, ...]:
    """All of them, the more special before the more general.

    Raises CatalogError where the data is damaged, which is a bug in linkcheck.
    """
    try:
        entries = tomllib.loads(DATA.read_text(encoding="utf-8"))["text"]
        return tuple(
            ErrorText(
                name=entry["name"],
                title=entry["title"],
                patterns=tuple(re.compile(one, re.IGNORECASE) for one in entry["patterns"]),
                examples=tuple(entry["examples"]),
                cause=entry["cause"].strip(),
                see=entry["see"].strip(),
                fix=entry["fix"].strip(),
                rules=tuple(entry["rules"]),
            )
            for entry in entries
        )
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        raise CatalogError(
            f"the error texts can't be read: {error}", next_step="reinstall linkcheck"
        ) from error
