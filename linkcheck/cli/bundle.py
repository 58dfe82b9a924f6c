"""`linkcheck bundle`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer


def run(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A program.")],
    arguments: Annotated[
        Optional[list[str]],  # noqa: UP045 -- typer reads it at run time
        typer.Argument(metavar="-- ARG", help="What it is started with by --verify."),
    ] = None,
    from_: Annotated[
        Optional[list[str]],  # noqa: UP045 -- typer reads it at run time
        typer.Option(
            "--from",
            metavar="REF",
            envvar="LINKCHECK_FROM",
            help="Where loader and libraries come from: dir:PATH or an image; "
            "again for certificates and time zones that the first has not.",
        ),
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            metavar="DIR|FILE.tar|image:TAG|oci-dir:DIR[:TAG]|...",
            envvar="LINKCHECK_OUTPUT",
            help="Where it is written, whole or not at all; images as `linkcheck image build` "
            "writes them.",
        ),
    ] = "",
    also: Annotated[
        Optional[list[str]],  # noqa: UP045 -- typer reads it at run time
        typer.Option(
            metavar="SONAME|PATH",
            envvar="LINKCHECK_ALSO",
            help="Take that library, file or folder too; again for more.",
        ),
    ] = None,
    user: Annotated[
        Optional[str],  # noqa: UP045 -- typer reads it at run time
        typer.Option(
            metavar="UID[:GID]|NAME",
            envvar="LINKCHECK_USER",
            help="The user it runs as; nonroot (65532) without.",
        ),
    ] = None,
    licences: Annotated[
        bool,
        typer.Option(
            "--licences",
            envvar="LINKCHECK_LICENCES",
            help="Take the packages' copyright files too.",
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", envvar="LINKCHECK_FORCE", help="Replace the bundle that is there."),
    ] = False,
    verify: Annotated[
        Optional[bool],  # noqa: UP045 -- typer reads it at run time
        typer.Option(
            "--verify/--no-verify",
            envvar="LINKCHECK_VERIFY",
            help="Start it in the bundle first; done where bubblewrap is there.",
        ),
    ] = None,
) -> None:
    """Put a program and just what it needs of a root or image into one place.

    The loader, all libraries that it will load, those it opens at run time, users,
    name service, certificates and time zones, by need. It is judged before anything
    is written, and started in the bundle: where it does not start, nothing is written.
    """
    import os

    from linkcheck.cli.output import emit, screen_for
    from linkcheck.errors import UsageError
    from linkcheck.pipeline.bundle import Request, bundle
    from linkcheck.report.bundle import render
    from linkcheck.ship.plan import Wanted

    if not from_:
        raise UsageError("--from is missing", next_step="name a root: dir:PATH, or an image")
    if not output:
        raise UsageError("--output is missing", next_step="name a folder, FILE.tar or image:TAG")
    request = Request(
        program=path,
        sources=tuple(from_),
        output=output,
        wanted=Wanted(tuple(also or ()), user, licences),
        force=force,
        verify=verify,
        arguments=tuple(arguments or ()),
    )
    emit(render(bundle(request, os.environ), screen_for(None)))
