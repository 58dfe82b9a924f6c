"""`linkcheck ways`."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from linkcheck.cli.options import Bases, Env, Ldflags, Output, ProgramOrSource, TableOrJson, Tags


def run(
    path: ProgramOrSource,
    arguments: Annotated[
        Optional[list[str]],  # noqa: UP045 -- typer reads it at run time
        typer.Argument(metavar="-- ARG", help="What it is started with."),
    ] = None,
    base: Bases = None,
    from_: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--from",
            metavar="REF",
            envvar="LINKCHECK_FROM",
            help="Where a bundle takes libc from (see `linkcheck bundle`); again for more.",
        ),
    ] = None,
    main: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="FOLDER", envvar="LINKCHECK_MAIN", help="Which main package of SOURCE."
        ),
    ] = None,
    builder: Annotated[
        str,
        typer.Option(
            metavar="auto|docker|local", envvar="LINKCHECK_BUILDER", help="What builds SOURCE."
        ),
    ] = "auto",
    image: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="NAME", envvar="LINKCHECK_IMAGE", help="The image to build in, with Go in it."
        ),
    ] = None,
    env: Env = None,
    tags: Tags = None,
    ldflags: Ldflags = None,
    format_: TableOrJson = "table",
    output: Output = None,
) -> None:
    """Show every way to ship a program that needs a libc, and what each one costs.

    Another base, its libc brought along (see `linkcheck bundle`), a static build, a
    build against musl: by image size, with what is lost, each started in its base.
    A program is tried as it is; from SOURCE the other builds are made and tried too.

    Exit code 1 when a start was not as predicted.
    """
    import os

    from linkcheck.build.extras import parse_extras
    from linkcheck.cli.config import own_recipes
    from linkcheck.cli.output import emit, note, screen_for
    from linkcheck.errors import EXIT_OK, EXIT_POLICY
    from linkcheck.pipeline.waybuilds import Question
    from linkcheck.pipeline.ways import ways
    from linkcheck.report.ways import document, table

    question = Question(
        path,
        bases=tuple(base or ()),
        sources=tuple(from_ or ()),
        main=main,
        builder=builder,
        image=image,
        extras=parse_extras(env or (), tags or (), [ldflags] if ldflags else ()),
        own=own_recipes(),
        arguments=tuple(arguments or ()),
    )
    found = ways(question, os.environ, note)
    emit(document(found) if format_ == "json" else table(found, screen_for(output)), output)
    wrong = any(way.trial is not None and way.trial.agrees is False for way in found.ways)
    raise typer.Exit(EXIT_POLICY if wrong else EXIT_OK)
