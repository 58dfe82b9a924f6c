"""The JSON Schema (draft 2020-12) of JSON version 1, kept beside this file as data."""

from __future__ import annotations

from pathlib import Path


def schema_text() -> str:
    """The schema as JSON text with a final newline."""
    return Path(__file__).with_name("schema.json").read_text(encoding="utf-8")
