"""`matrix`: one program built in several ways, each result judged like any other program."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from linkcheck.build.builder import Builder, BuiltBinary, NotBuilt, Outcome
from linkcheck.build.choose import choose_builder
from linkcheck.build.platforms import linux_platform
from linkcheck.build.reuse import Store
from linkcheck.engine.folders import cache_home, scratch
from linkcheck.errors import EXIT_INTERRUPTED, LinkcheckError, UsageError
from linkcheck.images.catalog import load_catalog
from linkcheck.model.provides import BaseImage
from linkcheck.model.report import Build, Failure, Report, Subject
from linkcheck.pipeline.cells import INTERRUPTED, Cells, Ended
from linkcheck.pipeline.events import CellEvent, State, Watch, cell_names, unwatched
from linkcheck.pipeline.plan import Cell, Plan, make_plan
from linkcheck.pipeline.sizes import Measure, unmeasured, with_image_sizes

UNCHANGED = "unchanged: taken from an earlier run"
UNSHIPPABLE = "for tests only: not to be shipped"


class Based(Protocol):
    """What is asked of a base here: how large it is (`images.resolve.ResolvedBase` fits)."""

    @property
    def image(self) -> BaseImage:
        """The base under its REF."""
        ...


class MatrixInterruptedError(LinkcheckError):
    """Ctrl-C in the middle of a matrix; `report` holds the cells that were finished."""

    exit_code = EXIT_INTERRUPTED

    def __init__(self, report: Report) -> None:
        super().__init__("interrupted: the builds that were finished are reported")
        self.report = report


def run_matrix(  # noqa: PLR0913 -- one keyword for each flag of the command
    source: Path | str | Plan,
    *,
    recipes: Sequence[str] = (),
    platform: str | None = None,
    builder: str | Builder,
    image: str | None,
    out: Path | None,
    bases: Sequence[Based],
    analyze: Callable[[Path], Subject],
    progress: Callable[[str], None],
    main: str | None = None,
    store: Store | None = None,
    fresh: bool = False,
    watch: Watch = unwatched,
    measure: Measure = unmeasured,
) -> Report:
    """Build `source` in each recipe (the usual ones where none is named) and judge each program.

    `source` is a folder, `module/path[@version]`, or a plan, which then says all that is to be
    built. `platform` None is Linux on the builder's CPU; `builder` is "auto", "docker", "local"
    or a builder (which stays open); programs are kept as OUT/GOOS_GOARCH/RECIPE/NAME, or nowhere.
    What is unchanged since it was put into `store` is taken from there unless `fresh`.
    `progress` gets sentences, `watch` the steps of each cell; `measure` tells sizes of images.
    A build that fails is a row of the report: `Build.log_tail` then begins with the cause in one
    line. Raises InputError for a bad source, recipe, platform or output folder, MissingToolError
    where there is nothing to build with, MatrixInterruptedError on Ctrl-C.
    """
    if isinstance(source, Plan):
        plan = source
    else:
        platforms = (platform,) if platform else ()
        mains = (main,) if main else ()
        plan = make_plan(source, recipes=recipes, platforms=platforms, mains=mains)
    with _builder(builder, image, progress) as (engine, why), _output(out) as folder:
        progress(why)
        matrix = _Matrix(engine, folder, keep=out is not None)
        cells = plan.cells(engine.platform)
        built = Cells(engine, folder, store, fresh=fresh, watch=watch)
        finished = built.build(cells, progress)
        report = matrix.report(
            cells, built.ended, analyze, {base.image.ref: base.image for base in bases}, watch
        )
        if finished:
            report = with_image_sizes(report, [folder / cell.file for cell in cells], measure)
    report = report._replace(notices=(why, *plan.notices))
    if not finished:
        raise MatrixInterruptedError(report)
    return report


def skipped_report(plan: Plan, go: str, reason: str) -> Report:
    """The rows of a plan that nothing here can build."""
    builds = (
        _row(cell, Ended(NotBuilt("skipped", reason), 0.0), go, None)
        for cell in plan.cells(linux_platform())
    )
    return Report(subjects=(), builds=tuple(builds))


class _Matrix:
    """From ended cells to rows and judged programs."""

    def __init__(self, builder: Builder, folder: Path, *, keep: bool) -> None:
        self._go = builder.go_version()
        self._folder = folder
        self._keep = keep

    def report(
        self,
        cells: Sequence[Cell],
        all_ended: dict[Cell, Ended],
        analyze: Callable[[Path], Subject],
        bases: dict[str, BaseImage],
        watch: Watch,
    ) -> Report:
        """All cells in order, each finished program judged by `analyze`."""
        subjects: list[Subject] = []
        errors: list[Failure] = []
        builds: list[Build] = []
        names = cell_names(cells)
        for cell in cells:
            ended = all_ended.get(cell, Ended(INTERRUPTED, 0.0))
            build = _row(cell, ended, self._go, self._folder / cell.file if self._keep else None)
            if ended.broken:
                errors.append(Failure(cell.recipe.name, ended.broken))
            if build.status == "ok":
                watch(CellEvent(names[cell], "judging"))
                subject = self._judge(cell, analyze, errors)
                state: State = "unchanged" if ended.reused else "ok"
                watch(CellEvent(names[cell], state, ended.seconds))
                if subject is not None:
                    build = build._replace(
                        subject=len(subjects),
                        go=_go_of(subject) or build.go,
                        image_size=_image_size(subject, bases),
                    )
                    subjects.append(subject)
            builds.append(build)
        return Report(subjects=tuple(subjects), errors=tuple(errors), builds=tuple(builds))

    def _judge(
        self, cell: Cell, analyze: Callable[[Path], Subject], errors: list[Failure]
    ) -> Subject | None:
        path = self._folder / cell.file
        shown = str(path if self._keep else cell.file)
        try:
            subject = analyze(path)
        except LinkcheckError as error:
            errors.append(Failure(shown, str(error)))
            return None
        return subject._replace(facts=subject.facts._replace(path=shown))


def _row(cell: Cell, ended: Ended, go: str | None, kept: Path | None) -> Build:
    outcome = ended.outcome
    built = isinstance(outcome, BuiltBinary)
    notes = [UNCHANGED] if ended.reused else []
    if not cell.recipe.shippable:
        notes.append(UNSHIPPABLE)
    return Build(
        recipe=cell.recipe.name,
        platform=str(cell.platform),
        go=go,
        status="ok" if isinstance(outcome, BuiltBinary) else outcome.status,
        seconds=round(ended.seconds, 3),
        log_tail=reason_of(outcome),
        path=str(kept) if built and kept else None,
        name=cell.program.name,
        notes=tuple(notes),
        shippable=cell.recipe.shippable,
    )


@contextmanager
def _builder(
    builder: str | Builder, image: str | None, progress: Callable[[str], None]
) -> Iterator[tuple[Builder, str]]:
    if not isinstance(builder, str):
        yield builder, f"building with {builder.describe()}"
        return
    made, why = choose_builder(builder, image=image, progress=progress)
    try:
        yield made, why
    finally:
        made.close()


@contextmanager
def _output(out: Path | None) -> Iterator[Path]:
    if out is None:
        with scratch(cache_home(os.environ)) as folder:
            yield folder
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"can't write to {out}: {error.strerror}", next_step="name another folder with --out"
        ) from error
    yield out.resolve()


def reason_of(outcome: Outcome) -> str:
    """What the log told; where nothing was built the cause comes first, in a line of its own."""
    if isinstance(outcome, BuiltBinary):
        return outcome.log_tail
    more = outcome.log_tail.strip()
    return outcome.cause if more in {"", outcome.cause} else f"{outcome.cause}\n{more}"


def _go_of(subject: Subject) -> str | None:
    return subject.facts.go.version if subject.facts.go else None


def _image_size(subject: Subject, bases: dict[str, BaseImage]) -> int | None:
    """The recommended base's unpacked bytes plus the program's; None where that is not all."""
    recommended = subject.recommendation
    if recommended is None or recommended.add:
        return None
    base = bases.get(recommended.base)
    if base is None:  # recommended beside the bases that were asked for
        known = load_catalog().find(recommended.base)
        base = known.image(recommended.base) if known else None
    size = base.provides.size if base else None
    return size + subject.facts.size if isinstance(size, int) else None
