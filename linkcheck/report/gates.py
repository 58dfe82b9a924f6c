"""A GateReport as text: one module a format, each with `render(report, screen) -> str`."""

from __future__ import annotations

from importlib import import_module
from typing import Final, Protocol, cast

from linkcheck.errors import UsageError
from linkcheck.model.gate import GateReport
from linkcheck.report.screen import Screen

GATE_FORMATS: Final = {
    "table": "linkcheck.report.gate_table",
    "json": "linkcheck.report.gate_json",
    "sarif": "linkcheck.report.sarif",
    "junit": "linkcheck.report.junit",
    "github": "linkcheck.report.github",
    "gitlab": "linkcheck.report.gitlab",
    "markdown": "linkcheck.report.gate_markdown",
}


class GateRenderer(Protocol):
    """What every format module offers under the name `render`."""

    def __call__(self, report: GateReport, screen: Screen = ...) -> str:
        """The report as text that ends with a newline; equal reports give equal bytes."""
        ...


def gate_renderer(name: str) -> GateRenderer:
    """The `render` of the format `name`. Raises UsageError where there is no such format."""
    module = GATE_FORMATS.get(name)
    if module is None:
        raise UsageError(
            f"unknown format {name!r}", next_step=f"use one of {', '.join(GATE_FORMATS)}"
        )
    return cast(GateRenderer, import_module(module).render)
