"""A Report as text: one module a format, each with `render(report, screen) -> str`.

A new format is one module here and one line in FORMATS. Modules are imported when asked
for, so that `--format json` never pays for the table's libraries.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final, Protocol, cast

from linkcheck.errors import UsageError
from linkcheck.model.report import Report
from linkcheck.report.screen import Screen

FORMATS: Final = {
    "table": "linkcheck.report.table",
    "json": "linkcheck.report.json",
    "markdown": "linkcheck.report.markdown",
    "html": "linkcheck.report.html",
}


class Renderer(Protocol):
    """What every format module offers under the name `render`."""

    def __call__(self, report: Report, screen: Screen = ...) -> str:
        """The report as text that ends with a newline; equal reports give equal bytes."""
        ...


def renderer(name: str) -> Renderer:
    """The `render` of the format `name`. Raises UsageError where there is no such format."""
    module = FORMATS.get(name)
    if module is None:
        raise UsageError(f"unknown format {name!r}", next_step=f"use one of {', '.join(FORMATS)}")
    return cast(Renderer, import_module(module).render)
