"""`linkcheck dockerfile`."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from linkcheck.cli.options import Env, Ldflags, Output, ProgramOrSource, Tags


def run(
    path: ProgramOrSource,
    base: Annotated[
        Optional[str],  # noqa: UP045 -- typer reads it at run time
        typer.Option(
            metavar="REF",
            envvar="LINKCHECK_BASE",
            help="The final base; by default the smallest on which it runs.",
        ),
    ] = None,
    recipe: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="R",
            envvar="LINKCHECK_RECIPE",
            help="How it is compiled; by default cgo-off, or with cgo where C is needed.",
        ),
    ] = None,
    main: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            metavar="FOLDER",
            envvar="LINKCHECK_MAIN",
            help="Which main package of SOURCE; again for more with --compose.",
        ),
    ] = None,
    builder: Annotated[
        str,
        typer.Option(
            metavar="auto|docker|local",
            envvar="LINKCHECK_BUILDER",
            help="What compiles SOURCE once, to see what the program needs.",
        ),
    ] = "auto",
    image: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="NAME",
            envvar="LINKCHECK_IMAGE",
            help="The image to compile in, also in the Dockerfile; by default golang's that fits.",
        ),
    ] = None,
    env: Env = None,
    tags: Tags = None,
    ldflags: Ldflags = None,
    dockerignore: Annotated[
        bool,
        typer.Option(
            "--dockerignore",
            envvar="LINKCHECK_DOCKERIGNORE",
            help="Print the .dockerignore that goes with it instead.",
        ),
    ] = False,
    compose: Annotated[
        bool,
        typer.Option(
            "--compose",
            envvar="LINKCHECK_COMPOSE",
            help="Print a Compose file instead: compile, then make images of the programs.",
        ),
    ] = False,
    output: Output = None,
) -> None:
    """Print a Dockerfile that is right for a program, and says why each part is there.

    With just what the program needs and the base lacks, a numeric user and an entrypoint
    without a shell. From source it has a stage that compiles for each platform, in an image
    whose libc the final base can follow; the program is compiled once to see what it needs.
    """
    import os

    from linkcheck.build.extras import parse_extras
    from linkcheck.cli.config import own_recipes
    from linkcheck.cli.output import emit, note
    from linkcheck.errors import UsageError
    from linkcheck.pipeline.compiled import Wish
    from linkcheck.pipeline.shipping import composed, shipping

    if compose and dockerignore:
        raise UsageError(
            "--compose and --dockerignore print different files", next_step="call it once for each"
        )
    extras = parse_extras(env or (), tags or (), [ldflags] if ldflags else ())
    mains = tuple(main or ())
    wish = Wish(path, base, recipe, mains, builder, image, extras, own_recipes())
    if compose:
        emit(composed(wish, os.environ, note), output)
        return
    made = shipping(wish, os.environ, note)
    emit(made.ignore if dockerignore else made.dockerfile, output)
