"""`linkcheck verify`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from linkcheck.cli.options import Bases, Format, Output

if TYPE_CHECKING:
    from linkcheck.model.report import Trial


def _some_time(value: int) -> int:
    if not 1 <= value <= 3600:
        raise typer.BadParameter("give it 1 to 3600 seconds")
    return value


def run(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A program.")],
    arguments: Annotated[
        Optional[list[str]],  # noqa: UP045 -- typer reads it at run time
        typer.Argument(metavar="-- ARG", help="What it is started with."),
    ] = None,
    base: Bases = None,
    seconds: Annotated[
        int,
        typer.Option(
            metavar="N",
            envvar="LINKCHECK_SECONDS",
            callback=_some_time,
            help="A program that still runs after so long has started; it is then ended.",
        ),
    ] = 5,
    format_: Format = "table",
    output: Output = None,
) -> None:
    """Really start a program in bases, and show predicted beside observed.

    In the image of a Docker Engine (pulled if named with --base), or in a root file
    system (dir:PATH) under bubblewrap: with no network, no privileges, nothing to
    write to but /tmp. Without --base, in those of the usual bases that are here.

    Exit code 0 when every start was as predicted, 1 when one was not, 2 when the
    program can't be read, 3 when a base that was named, or all, can't be tried.
    """
    from linkcheck.cli.output import emit, note, screen_for
    from linkcheck.pipeline.verify import verify
    from linkcheck.report import renderer

    render = renderer(format_)
    report = verify(path, base or (), arguments or (), seconds=seconds, progress=note)
    emit(render(report, screen_for(output)), output)
    raise typer.Exit(verified(report.subjects[0].trials, named=bool(base)))


def verified(trials: Iterable[Trial], *, named: bool) -> int:
    """The exit code of what was tried: 1 before 3, as a wrong verdict is worse than none."""
    from linkcheck.errors import EXIT_MISSING, EXIT_OK, EXIT_POLICY

    trials = tuple(trials)
    tried = [trial for trial in trials if trial.observed != "error"]
    if any(trial.agrees is False for trial in tried):
        return EXIT_POLICY
    if not tried or (named and len(tried) < len(trials)):
        return EXIT_MISSING
    return EXIT_OK
