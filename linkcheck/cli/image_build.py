"""`linkcheck image build`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from linkcheck.cli.plain import PlainCommand

_ARGUMENTS = "linkcheck.arguments"


class CommandClass(PlainCommand):
    """PATHs before `--`, and what the image is started with after it."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:  # noqa: D102 -- click's hook
        if "--" in args:
            at = args.index("--")
            ctx.meta[_ARGUMENTS] = tuple(args[at + 1 :])
            args = args[:at]
        return super().parse_args(ctx, args)


def _comes_from_variable(ctx: typer.Context, name: str) -> bool:
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "ENVIRONMENT"


def run(
    ctx: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH... [-- ARG...]",
            help="A program, or one for each platform; ARGs are what --verify starts it with.",
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            metavar="oci-dir:DIR[:TAG]|oci-archive:FILE[:TAG]|docker-archive:FILE[:NAME]|image:NAME",
            envvar="LINKCHECK_OUTPUT",
            help="Where it is written, whole or not at all; image: is loaded into the engine.",
        ),
    ] = "",
    base: Annotated[
        Optional[str],  # noqa: UP045 -- typer reads it at run time
        typer.Option(
            metavar="REF",
            envvar="LINKCHECK_BASE",
            help="What it stands on; the smallest base on which it runs without.",
        ),
    ] = None,
    from_: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--from",
            metavar="REF",
            envvar="LINKCHECK_FROM",
            help="Where certificates and time zones come from that the base has not; again for "
            "more.",
        ),
    ] = None,
    user: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="UID[:GID]|NAME",
            envvar="LINKCHECK_USER",
            help="The user it runs as; the base's, or nonroot, without.",
        ),
    ] = None,
    label: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            metavar="NAME=VALUE", envvar="LINKCHECK_LABEL", help="A label; again for more."
        ),
    ] = None,
    env: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            metavar="NAME=VALUE", envvar="LINKCHECK_ENV", help="A variable; again for more."
        ),
    ] = None,
    change: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            metavar="INSTRUCTION",
            envvar="LINKCHECK_CHANGE",
            help="As `docker commit --change` takes it: 'CMD [\"serve\"]'; again, or one a line, "
            "for more.",
        ),
    ] = None,
    compress: Annotated[
        bool,
        typer.Option(
            "--compress/--no-compress",
            envvar="LINKCHECK_COMPRESS",
            help="Pack the new layer with gzip, in an oci-dir: or oci-archive:.",
        ),
    ] = True,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            envvar="LINKCHECK_FORCE",
            help="Replace the layout that is there, and write what can't be told or lacks data.",
        ),
    ] = False,
    verify: Annotated[
        Optional[bool],  # noqa: UP045
        typer.Option(
            "--verify/--no-verify",
            envvar="LINKCHECK_VERIFY",
            help="Start it first; done where the engine or bubblewrap can.",
        ),
    ] = None,
) -> None:
    """Make an image of a program: a base, and one layer with it and what the base lacks.

    Without a Dockerfile, and without an engine but for image: and bases that it holds. The
    base's layers stay as they are. The same input gives the same digest. Programs for
    several platforms make one index. It is judged before anything is written, then
    started: where it does not start, nothing is written.
    """
    import os

    from linkcheck.cli.output import emit, screen_for
    from linkcheck.errors import UsageError
    from linkcheck.pipeline.image import Request, build_images
    from linkcheck.pipeline.imageoutput import FORMS
    from linkcheck.report.image import render

    if change and _comes_from_variable(ctx, "change"):
        change = [os.environ["LINKCHECK_CHANGE"]]  # it is split at blanks, which a change holds
    if not output:
        raise UsageError("--output is missing", next_step=f"write {FORMS}")
    request = Request(
        programs=tuple(paths),
        output=output,
        base=base,
        sources=tuple(from_ or ()),
        user=user,
        labels=tuple(label or ()),
        env=tuple(env or ()),
        changes=tuple(change or ()),
        force=force,
        compress=compress,
        verify=verify,
        arguments=ctx.meta.get(_ARGUMENTS, ()),
    )
    emit(render(build_images(request, os.environ), screen_for(None)))
