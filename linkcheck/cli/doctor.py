"""`linkcheck doctor`."""

from __future__ import annotations

import os
from typing import Annotated, Optional

import typer

from linkcheck.cli.options import Output, TableOrJson


def run(
    require: Annotated[
        Optional[list[str]],  # noqa: UP045 -- typer reads it at run time
        typer.Option(
            metavar="TOOL",
            envvar="LINKCHECK_REQUIRE",
            help="Exit with 3 where it is missing, as in docker,go; again for more.",
        ),
    ] = None,
    format_: TableOrJson = "table",
    output: Output = None,
) -> None:
    """Show which engine, images, Go, compilers and sandbox are here to work with.

    What each missing one costs is told with the command that brings it. Exit code 0
    whatever is missing, but for a tool that was named with --require: then it is 3.
    """
    from linkcheck.cli.output import emit, screen_for
    from linkcheck.pipeline.doctor import demand, examine, required
    from linkcheck.report.doctor import document, table

    wanted = required(require or ())
    checks = examine(os.environ)
    emit(document(checks) if format_ == "json" else table(checks, screen_for(output)), output)
    demand(checks, wanted)
