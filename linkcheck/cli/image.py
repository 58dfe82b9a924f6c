"""`linkcheck image`."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from linkcheck.cli.options import Format, Output


def run(
    ref: Annotated[
        str,
        typer.Argument(
            metavar="REF",
            help="An image: docker:NAME, registry:NAME, docker-archive:FILE, oci-dir:DIR[:TAG], "
            "oci-archive:FILE[:TAG], or a name that the engine knows.",
        ),
    ],
    arguments: Annotated[
        Optional[list[str]],  # noqa: UP045 -- typer reads it at run time
        typer.Argument(metavar="-- ARG", help="What stands in place of the image's CMD."),
    ] = None,
    platform: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="OS/CPU",
            envvar="LINKCHECK_PLATFORM",
            help="Which image of an index; the one for this machine without.",
        ),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", envvar="LINKCHECK_VERIFY", help="Start it too, in the engine or bubblewrap."
        ),
    ] = False,
    format_: Format = "table",
    output: Output = None,
) -> None:
    """Say whether an image's own ENTRYPOINT starts in it.

    It is found as a container runtime finds it (PATH, working folder, links), and judged
    with the interpreters of scripts (#!) and the programs that wrappers (tini -- /app) start.
    `linkcheck image build` makes an image.

    Exit code 0 when all of them start, 1 when one fails, is not there or can't be told,
    2 when REF is no image, 3 when the engine that holds it, or its registry, or what --verify
    takes, is missing.
    """
    import os

    from linkcheck.cli.output import emit, note, screen_for
    from linkcheck.errors import EXIT_MISSING, EXIT_POLICY
    from linkcheck.pipeline.imagecheck import Asked, check_image
    from linkcheck.report import renderer

    render = renderer(format_)
    asked = Asked(ref, tuple(arguments or ()), platform, verify)
    answer = check_image(asked, os.environ)
    for sentence in answer.notes:
        note(sentence)
    emit(render(answer.report, screen_for(output)), output)
    if not answer.starts:
        raise typer.Exit(EXIT_POLICY)
    if answer.untried:
        raise typer.Exit(EXIT_MISSING)
