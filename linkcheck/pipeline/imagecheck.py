"""`image REF`: whether an image's own entrypoint starts in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from linkcheck.errors import BadRootError, InputError, UnknownBaseError
from linkcheck.images.image_base import ImageBase
from linkcheck.images.image_settings import ImageSettings
from linkcheck.images.reference import REGISTRY
from linkcheck.images.resolve import resolve_base
from linkcheck.model.report import Failure, Report, Subject, Trial
from linkcheck.pipeline.bundle import held
from linkcheck.pipeline.imageentry import Started, started_by, steps_in_words
from linkcheck.pipeline.imagejudge import (
    FilesBase,
    fits,
    judge_facts,
    read_inside,
    subject_of,
)
from linkcheck.run.bubblewrap import BubblewrapRunner
from linkcheck.run.runner import SECONDS, Own, Runner
from linkcheck.run.trial import put_to_test
from linkcheck.ship.place import new_folder
from linkcheck.ship.unpack import unpack

_LAYOUTS = ("docker-archive:", "oci-dir:", "oci-archive:")


class Asked(NamedTuple):
    """What `image` is asked: `arguments` stand in place of the image's CMD, `platform` says which
    image of an index, and with `verify` it is started too."""

    ref: str
    arguments: tuple[str, ...] = ()
    platform: str | None = None
    verify: bool = False
    seconds: float = SECONDS


class Answer(NamedTuple):
    """`starts` is False where something that the image starts fails, or can't be told.

    `notes` say, in sentences, which programs were judged and why; `untried` is why a start that
    was asked for could not be made, else "".
    """

    report: Report
    starts: bool
    notes: tuple[str, ...]
    untried: str = ""


def check_image(asked: Asked, environ: Mapping[str, str]) -> Answer:
    """Find what an image starts, and judge it there.

    Raises UnknownBaseError or BadRootError for a REF that is no image, MissingToolError for an
    engine or bubblewrap that is not here.
    """
    ref = asked.ref
    base = image_of(ref, asked.platform)
    settings = base.settings
    if asked.platform and settings.platform and not fits(asked.platform, settings.platform):
        raise BadRootError(
            f"{ref}: it is for {settings.platform}, not for {asked.platform}",
            next_step="name another image, or leave --platform out",
        )
    if asked.arguments:
        settings = settings._replace(command=asked.arguments)
    files = FilesBase(base.root, ref, settings)
    started = started_by(base.root, settings)
    subjects: list[Subject] = []
    failures: list[Failure] = []
    for step in started.steps:
        try:
            facts = read_inside(base.root, step.path)
        except InputError as error:
            failures.append(Failure(step.path, str(error)))
        else:
            subjects.append(subject_of(judge_facts(facts, files), files))
    if started.refusal:
        path = started.argv[0] if started.argv else ref
        failures.append(Failure(path, f"{ref}: it does not start: {started.refusal}"))
    untried = ""
    if asked.verify and subjects and started.argv:
        trial = _trial(base, subjects[0], started, settings, environ, asked.seconds)
        subjects[0] = subjects[0]._replace(trials=(trial,))
        untried = trial.output_tail if trial.observed == "error" else ""
    answers = {verdict.answer for subject in subjects for verdict in subject.verdicts}
    observed = {trial.observed for subject in subjects for trial in subject.trials}
    starts = (
        bool(subjects)
        and not failures
        and answers <= {"runs", "degraded"}
        and "refused" not in observed
    )
    report = Report(tuple(subjects), tuple(failures))
    return Answer(report, starts, tuple(steps_in_words(started)), untried)


def image_of(ref: str, platform: str | None = None) -> ImageBase:
    """The image `ref` with its configuration: of an archive, a layout, a registry, or the engine.

    Raises UnknownBaseError for a REF that is none, BadRootError for one that can't be read,
    MissingToolError for one that the engine does not hold, or that its registry does not give.
    """
    if platform is not None and ref.startswith(_LAYOUTS):
        return ImageBase(ref, platform=platform)
    if platform is not None and ref.startswith(REGISTRY):
        from linkcheck.images.registry_base import RegistryBase  # noqa: PLC0415 -- others need none

        return RegistryBase(ref, platform=platform)
    base = resolve_base(ref)
    if isinstance(base, ImageBase):
        return base
    if ref.startswith("dir:") or base.image.name == "scratch":
        raise UnknownBaseError(
            f"{ref} has no image configuration",
            next_step="name an image: docker:NAME or an archive",
        )
    return held(ref, base.image.name)


def _trial(
    base: ImageBase,
    subject: Subject,
    started: Started,
    settings: ImageSettings,
    environ: Mapping[str, str],
    seconds: float,
) -> Trial:
    """Start the image: in the engine that holds it, else its files under bubblewrap."""
    with ExitStack() as stack:
        runner: Runner
        if base.image.name.startswith("docker:"):
            from linkcheck.engine.engine import connect  # noqa: PLC0415 -- archives need none
            from linkcheck.run.docker import ImageRunner  # noqa: PLC0415

            engine = stack.enter_context(closing(connect(environ)))
            name = base.image.name.removeprefix("docker:")
            runner = ImageRunner(engine, name, started.argv[0])
            program = Path(os.devnull)
        else:
            folder = stack.enter_context(
                new_folder(lambda place: unpack(base.root.tree, place, settings.workdir))
            )
            own = Own(started.argv[0], settings.environment, settings.workdir)
            runner = BubblewrapRunner(folder, base.image.ref, own)
            program = folder / subject.facts.path.lstrip("/")
        return put_to_test(
            subject.verdicts[0], subject.facts, runner, program, started.argv[1:], seconds
        )
