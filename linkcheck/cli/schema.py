"""`linkcheck schema`."""

from __future__ import annotations


def run() -> None:
    """Print the JSON Schema (draft 2020-12) of what `--format json` prints."""
    from linkcheck.cli.output import emit
    from linkcheck.report.schema import schema_text

    emit(schema_text())
