"""`linkcheck matrix`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from linkcheck.cli.options import Bases, Format, Output

if TYPE_CHECKING:
    from linkcheck.model.report import Build


def run(
    source: Annotated[
        Path,
        typer.Argument(metavar="SOURCE", help="A folder with a Go main package in or below it."),
    ] = Path(),
    recipe: Annotated[
        Optional[list[str]],  # noqa: UP045 -- typer reads it at run time
        typer.Option(
            metavar="RECIPE",
            envvar="LINKCHECK_RECIPE",
            help="default, netgo, cgo-off, static-glibc or pie; again for more, all by default.",
        ),
    ] = None,
    go: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            metavar="VERSION",
            envvar="LINKCHECK_GO",
            help="Go release such as 1.26; again for more, by default the one at hand.",
        ),
    ] = None,
    platform: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            metavar="OS/ARCH",
            envvar="LINKCHECK_PLATFORM",
            help="Target such as linux/arm64; again for more, by default Linux on this CPU.",
        ),
    ] = None,
    base: Bases = None,
    builder: Annotated[
        str,
        typer.Option(
            metavar="auto|docker|local",
            envvar="LINKCHECK_BUILDER",
            help="What builds; auto: Docker if an engine answers, else the Go at hand.",
        ),
    ] = "auto",
    image: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="NAME",
            envvar="LINKCHECK_IMAGE",
            help="The image to build in, with Go in it (docker builder).",
        ),
    ] = None,
    main: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="FOLDER",
            envvar="LINKCHECK_MAIN",
            help="Which main package, if there are several.",
        ),
    ] = None,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            metavar="DIR",
            envvar="LINKCHECK_OUT",
            help="Keep the programs there, as OS_ARCH/RECIPE/NAME.",
        ),
    ] = None,
    format_: Format = "table",
    output: Output = None,
) -> None:
    """Build a Go program in several ways, and say for each build where it runs.

    A build that fails is a row with the compiler's reason. Exit code 0 when something was built,
    2 when nothing could be, 3 when there is nothing to build with.
    """
    from linkcheck.cli.output import emit, note, screen_for
    from linkcheck.pipeline.analyze import Analyzer
    from linkcheck.pipeline.matrix import MatrixInterruptedError
    from linkcheck.pipeline.series import run_series
    from linkcheck.report import renderer

    render = renderer(format_)
    analyzer = Analyzer(base or ())
    interrupted = None
    try:
        report = run_series(
            source,
            recipes=recipe or (),
            platforms=platform or (),
            go=go or (),
            builder=builder,
            image=image,
            main=main,
            out=out,
            analyzer=analyzer,
            progress=note,
        )
    except MatrixInterruptedError as error:
        report, interrupted = error.report, error
    for notice in report.notices[1:]:  # the first, which builder, was told as progress
        note(notice)
    emit(render(report, screen_for(output)), output)
    if interrupted is not None:
        raise interrupted
    raise typer.Exit(_exit_code(report.builds or ()))


def _exit_code(builds: Iterable[Build]) -> int:
    """0 where anything was built; else 3 where only tools were missing, and 2 for bad sources."""
    from linkcheck.errors import EXIT_INPUT, EXIT_MISSING, EXIT_OK

    ended = {build.status for build in builds}
    if "ok" in ended:
        return EXIT_OK
    return EXIT_MISSING if ended == {"skipped"} else EXIT_INPUT
