"""`image build`: a base, one layer with a program and what it needs, judged, started, written."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from linkcheck.errors import MissingToolError, UsageError
from linkcheck.images.reference import REGISTRY
from linkcheck.model.bundle import PROGRAM
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.image import BuiltImage, BuiltImages
from linkcheck.model.report import Trial
from linkcheck.pipeline.analyze import Analyzer
from linkcheck.pipeline.bundle import root_of, source_date
from linkcheck.pipeline.imagecheck import image_of
from linkcheck.pipeline.imageoutput import (
    Output,
    check_output,
    into_engine,
    parse_output,
    write_files,
)
from linkcheck.pipeline.imageparts import SCRATCH, Base, Part, Wanted, make_part, read_program
from linkcheck.run.bubblewrap import BubblewrapRunner
from linkcheck.run.runner import SECONDS, Own, Runner
from linkcheck.run.trial import put_to_test, settled
from linkcheck.ship.layout import top_of
from linkcheck.ship.place import new_folder
from linkcheck.ship.plan import Source
from linkcheck.ship.unpack import unpack

if TYPE_CHECKING:
    from linkcheck.engine.engine import Engine

_FILES: Final = ("docker-archive:", "oci-dir:", "oci-archive:")


class Request(NamedTuple):
    """What `image build` is asked for. `base` None: the recommended one; `verify` None: where it
    can be started here. `labels` and `env` are NAME=VALUE."""

    programs: tuple[Path, ...]
    output: str
    base: str | None = None
    sources: tuple[str, ...] = ()
    user: str | None = None
    labels: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    force: bool = False
    compress: bool = True
    verify: bool | None = None
    arguments: tuple[str, ...] = ()
    seconds: float = SECONDS


def build_images(request: Request, environ: Mapping[str, str]) -> BuiltImages:
    """Make the image, one for each platform of the programs, and say what is in it.

    It is judged before it is written, and started before it stands at its place: where it does not
    start, nothing is left there. Raises UsageError for what does not fit together or would not
    start, NotAsPredictedError for what did not, MissingToolError for an engine or bubblewrap that
    was asked for, and what the readers of programs and bases raise.
    """
    output = parse_output(request.output)
    check_output(output, force=request.force)
    wanted = Wanted(
        sources=tuple(Source(ref, root_of(ref)) for ref in request.sources),
        user=request.user,
        labels=dict(_pair("--label", text) for text in request.labels),
        env=tuple("=".join(_pair("--env", text)) for text in request.env),
        changes=request.changes,
        force=request.force,
        compress=request.compress and output.takes_many,
        mtime=source_date(environ),
    )
    with ExitStack() as keep:
        parts = _parts(request, wanted, environ, keep)
        if len(parts) > 1 and not output.takes_many:
            raise UsageError(
                f"--output {request.output} holds one platform alone",
                next_step="use oci-dir: or oci-archive: for several",
            )
        trials = _written(request, output, parts, wanted, environ)
        top = top_of([part.image for part in parts])
        told = tuple(_told(*pair) for pair in zip(parts, trials, strict=True))
    return BuiltImages(request.output, top.digest, told)


def _parts(
    request: Request, wanted: Wanted, environ: Mapping[str, str], keep: ExitStack
) -> list[Part]:
    read = [(program, *read_program(program, keep)) for program in request.programs]
    platforms: dict[str, Path] = {}
    for program, _, facts in read:
        other = platforms.setdefault(facts.platform, program)
        if other is not program:
            raise UsageError(
                f"{other} and {program} are both for {facts.platform}",
                next_step="name one program for each platform",
            )
    return [
        make_part(program, shipment, facts, _base(request, program, facts, environ), wanted, keep)
        for program, shipment, facts in read
    ]


def _base(request: Request, program: Path, facts: BinaryFacts, environ: Mapping[str, str]) -> Base:
    ref = request.base or _recommended(program)
    if ref == SCRATCH:
        return Base(ref, None)
    image = image_of(ref, facts.platform)
    if ref.startswith(_FILES):
        return Base(ref, image, None, image.stored.digest)
    if ref.startswith(REGISTRY):
        return Base(ref, image, ref.removeprefix(REGISTRY), image.stored.digest)
    from linkcheck.engine.engine import connect  # noqa: PLC0415 -- files need no engine
    from linkcheck.engine.load import registry_digest  # noqa: PLC0415

    inside = image.image.name.removeprefix("docker:")
    with closing(connect(environ)) as engine:
        digest = registry_digest(engine, inside)
    return Base(ref, image, ref.removeprefix("docker:"), digest)


def _recommended(program: Path) -> str:
    recommendation = Analyzer().subject(program).recommendation
    if recommendation is None:
        raise UsageError(
            f"{program}: no base is known on which it runs",
            next_step="see `linkcheck analyze`, or name a --base",
        )
    return recommendation.base


def _written(
    request: Request,
    output: Output,
    parts: Sequence[Part],
    wanted: Wanted,
    environ: Mapping[str, str],
) -> list[_Attempt]:
    images = [part.image for part in parts]
    attempts: list[_Attempt] = []
    if output.path is None:

        def attempt(engine: Engine, ref: str) -> None:
            from linkcheck.run.docker import ImageRunner  # noqa: PLC0415 -- files need no engine

            runner = ImageRunner(engine, ref, parts[0].started.argv[0])
            attempts.append(_started(request, parts[0], runner, Path(os.devnull)))

        into_engine(images[0], output, wanted.mtime, environ, attempt)
        return attempts
    attempts += [_started_in_files(request, part) for part in parts]
    write_files(images, output, wanted.mtime, force=request.force)
    return attempts


class _Attempt(NamedTuple):
    """A start, or why there was none."""

    trial: Trial | None
    untried: str = ""


_NOT_ASKED: Final = _Attempt(None, "it was not asked for")


def _started_in_files(request: Request, part: Part) -> _Attempt:
    if request.verify is False:
        return _NOT_ASKED
    workdir = part.settings.workdir
    with new_folder(lambda place: unpack(part.tree, place, workdir)) as folder:
        try:
            own = Own(part.started.argv[0], part.settings.environment, workdir)
            runner = BubblewrapRunner(folder, "the image", own)
        except MissingToolError as error:
            if request.verify:
                raise
            return _Attempt(None, str(error))
        return _started(request, part, runner, folder / PROGRAM.lstrip("/"))


def _started(request: Request, part: Part, runner: Runner, program: Path) -> _Attempt:
    """Start the image. Raises NotAsPredictedError where it is refused."""
    if request.verify is False:
        return _NOT_ASKED
    words = part.started.argv[1:]
    if request.arguments:
        words = (*part.settings.entrypoint[1:], *request.arguments)
    trial = put_to_test(part.verdict, part.facts, runner, program, words, request.seconds)
    advice = "see `linkcheck verify`, and report what was predicted wrongly"
    insist = request.verify is True
    return _Attempt(*settled(trial, part.program, "the image", advice, insist=insist))


def _told(part: Part, attempt: _Attempt) -> BuiltImage:
    return BuiltImage(
        program=str(part.program),
        platform=part.image.platform,
        base=part.base.ref,
        digest=part.image.manifest.digest,
        size=part.image.size,
        unpacked=part.image.unpacked,
        layers=len(part.image.layers),
        added=part.added,
        left_out=part.left_out,
        user=part.settings.user,
        argv=part.settings.argv,
        verdict=part.verdict,
        trial=attempt.trial,
        untried=attempt.untried,
    )


def _pair(flag: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(f"{flag} {text!r} has no value", next_step=f"write {flag} NAME=VALUE")
    return name, value
