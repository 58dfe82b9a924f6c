"""`linkcheck analyze`."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from typing import Annotated, Optional

import typer

from linkcheck.cli.options import Bases, Format, Output


def _at_least_none(value: int) -> int:
    if value < 0:
        raise typer.BadParameter("there is no negative number of processes")
    return value


def run(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH", help="A program, a folder to search, or - for a list on stdin."
        ),
    ],
    base: Bases = None,
    format_: Format = "table",
    output: Output = None,
    jobs: Annotated[
        int,
        typer.Option(
            metavar="N",
            envvar="LINKCHECK_JOBS",
            callback=_at_least_none,
            help="Processes; 0: as many as pay.",
        ),
    ] = 0,
    digest: Annotated[
        bool,
        typer.Option(
            "--digest", envvar="LINKCHECK_DIGEST", help="Report the SHA-256 of each file."
        ),
    ] = False,
    trace: Annotated[
        bool,
        typer.Option(
            "--trace", envvar="LINKCHECK_TRACE", help="Show every path that the loader considers."
        ),
    ] = False,
    lib_path: Annotated[
        Optional[str],  # noqa: UP045 -- typer reads it at run time
        typer.Option(
            metavar="DIRS", envvar="LINKCHECK_LIB_PATH", help="LD_LIBRARY_PATH inside the base."
        ),
    ] = None,
    cpu: Annotated[
        Optional[str],  # noqa: UP045 -- typer reads it at run time
        typer.Option(
            metavar="LEVEL",
            envvar="LINKCHECK_CPU",
            help="The CPU that it will run on: x86-64-v1 to x86-64-v4.",
        ),
    ] = None,
) -> None:
    """Say on which bases programs run, and which base is the smallest that suffices.

    Nothing is executed. Exit code 0 when every program was judged, whatever the verdicts;
    2 when an input was no program (the others are still reported).
    """
    from linkcheck.cli.output import emit, screen_for
    from linkcheck.cli.progress import counter
    from linkcheck.errors import EXIT_INPUT
    from linkcheck.pipeline.analyze import Options, analyze
    from linkcheck.report import renderer

    render = renderer(format_)
    options = Options(digest=digest, trace=trace, lib_path=lib_path, cpu=cpu, jobs=jobs)
    with counter("programs judged") as progress:
        report = analyze(
            paths,
            base or (),
            options,
            stdin=_listed() if "-" in paths else (),
            progress=progress,
        )
    emit(render(report, screen_for(output)), output)
    if report.errors:
        raise typer.Exit(EXIT_INPUT)


def _listed() -> Iterable[str]:
    """Stdin, with names that are no UTF-8 as Python spells them in paths."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    return sys.stdin
