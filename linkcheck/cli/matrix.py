"""`linkcheck matrix`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from linkcheck.cli.options import Bases, Env, Format, Ldflags, Output, Tags

if TYPE_CHECKING:
    from linkcheck.model.report import Build
    from linkcheck.pipeline.plan import Plan
    from linkcheck.pipeline.verify import Verifier


def run(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A folder with Go main packages in or below it, or module/path[@version].",
        ),
    ] = ".",
    recipe: Annotated[
        Optional[list[str]],  # noqa: UP045 -- typer reads it at run time
        typer.Option(
            metavar="RECIPE",
            envvar="LINKCHECK_RECIPE",
            help="How to build: a name (see docs/matrix.md) or all; again for more.",
        ),
    ] = None,
    go: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            metavar="VERSION",
            envvar="LINKCHECK_GO",
            help="Go releases such as 1.26,1.27; by default the one at hand.",
        ),
    ] = None,
    platform: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            metavar="OS/ARCH",
            envvar="LINKCHECK_PLATFORM",
            help="Targets such as linux/amd64,linux/arm64; by default Linux on this CPU.",
        ),
    ] = None,
    base: Bases = None,
    builder: Annotated[
        str,
        typer.Option(
            metavar="auto|docker|local|bake",
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
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            metavar="FOLDER",
            envvar="LINKCHECK_MAIN",
            help="Which main package, ./... for every one; again for more.",
        ),
    ] = None,
    env: Env = None,
    tags: Tags = None,
    ldflags: Ldflags = None,
    buildvcs: Annotated[
        bool,
        typer.Option(
            "--buildvcs",
            envvar="LINKCHECK_BUILDVCS",
            help="Stamp the revision into the programs; they are then always built anew.",
        ),
    ] = False,
    private: Annotated[
        bool,
        typer.Option(
            "--private",
            envvar="LINKCHECK_PRIVATE",
            help="Let the builder's container use your netrc and SSH agent.",
        ),
    ] = False,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh",
            envvar="LINKCHECK_FRESH",
            help="Build again what did not change since the last run.",
        ),
    ] = False,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            metavar="DIR",
            envvar="LINKCHECK_OUT",
            help="Keep the programs there, as OS_ARCH/RECIPE/NAME.",
        ),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            envvar="LINKCHECK_VERIFY",
            help="Start each build in each base (see `linkcheck verify`), and compare.",
        ),
    ] = False,
    plan_: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--plan",
            metavar="bake|github",
            envvar="LINKCHECK_PLAN",
            help="Build nothing: print a docker-bake file, or a matrix for GitHub Actions.",
        ),
    ] = None,
    collect_: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option(
            "--collect",
            metavar="DIR",
            envvar="LINKCHECK_COLLECT",
            help="Build nothing: judge what other machines built there; again for more.",
        ),
    ] = None,
    format_: Format = "table",
    output: Output = None,
) -> None:
    """Build a Go program in several ways, and say for each build where it runs.

    A build that fails is a row with the compiler's reason. Exit code 0 when something was built,
    2 when nothing could be, 3 when there is nothing to build with. With --verify also
    1 when a start was not as predicted, and 3 when a base can't be tried.
    """
    from linkcheck.build.extras import parse_extras
    from linkcheck.build.reuse import Store
    from linkcheck.cli.config import own_recipes
    from linkcheck.cli.live import view
    from linkcheck.cli.output import emit, note, screen_for
    from linkcheck.pipeline.analyze import Analyzer
    from linkcheck.pipeline.collect import collect
    from linkcheck.pipeline.export import Export, export
    from linkcheck.pipeline.matrix import MatrixInterruptedError
    from linkcheck.pipeline.plan import go_releases, make_plan
    from linkcheck.pipeline.series import run_series
    from linkcheck.pipeline.sizes import Sizes
    from linkcheck.pipeline.verify import Verifier, with_trials_of_builds
    from linkcheck.report import renderer

    render = renderer(format_)
    seen = view()
    verifier = Verifier(base or (), progress=seen.say) if verify else None
    analyzer = verifier or Analyzer(base or ())
    sizes = Sizes(analyzer.bases, os.environ)
    releases = go_releases(go or ())
    extras = parse_extras(env or (), tags or (), [ldflags] if ldflags else (), vcs=buildvcs)

    def plan() -> Plan:
        return make_plan(
            source,
            recipes=recipe or (),
            platforms=platform or (),
            mains=main or (),
            extras=extras,
            own=own_recipes(),
        )

    if plan_:
        flags = [
            *_again("--env", env),
            *_again("--tags", tags),
            *_again("--ldflags", [ldflags] if ldflags else ()),
            *_again("--base", base),
            *(["--buildvcs"] if buildvcs else []),
        ]
        wanted = Export(plan(), source, releases, image, out, flags, os.environ)
        emit(export(plan_, wanted), output)
        raise typer.Exit
    told: set[str] = set()

    def progress(message: str) -> None:
        told.add(message)
        seen.say(message)

    interrupted = None
    try:
        if collect_:
            report = collect(collect_, analyzer.subject)
        else:
            planned = plan()
            with seen:
                report = run_series(
                    planned,
                    go=releases,
                    builder=builder,
                    image=image,
                    out=out,
                    analyzer=analyzer,
                    progress=progress,
                    store=Store(os.environ),
                    fresh=fresh,
                    private=private,
                    watch=seen.watch,
                    measure=sizes.measure,
                )
    except MatrixInterruptedError as error:
        report, interrupted = error.report, error
    for notice in report.notices:
        if notice not in told:  # which builder was told as progress
            note(notice)
    report = with_trials_of_builds(report)
    emit(render(report, screen_for(output)), output)
    if interrupted is not None or sizes.interrupted:
        raise interrupted or KeyboardInterrupt
    code = _exit_code(report.builds or ())
    raise typer.Exit(code or _verified(verifier, report.builds or (), named=bool(base)))


def _again(flag: str, values: Iterable[str] | None) -> list[str]:
    return [word for value in values or () for word in (flag, value)]


def _verified(verifier: Verifier | None, builds: Iterable[Build], *, named: bool) -> int:
    """What `--verify` has to say about the exit code. Raises KeyboardInterrupt after Ctrl-C."""
    from linkcheck.cli.verify import verified
    from linkcheck.errors import EXIT_OK

    if verifier is None:
        return EXIT_OK
    verifier.close()
    if verifier.interrupted:
        raise KeyboardInterrupt
    return verified([trial for build in builds for trial in build.trials], named=named)


def _exit_code(builds: Iterable[Build]) -> int:
    """0 where anything was built; else 3 where only tools were missing, and 2 for bad sources."""
    from linkcheck.errors import EXIT_INPUT, EXIT_MISSING, EXIT_OK

    ended = {build.status for build in builds}
    if "ok" in ended:
        return EXIT_OK
    return EXIT_MISSING if ended == {"skipped"} else EXIT_INPUT
