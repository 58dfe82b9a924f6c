"""`matrix`: one program built in several ways, each result judged like any other program."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from linkcheck.build.builder import Builder, BuiltBinary, NotBuilt, Outcome
from linkcheck.build.choose import choose_builder
from linkcheck.build.platforms import Platform, parse_platform
from linkcheck.build.recipes import Recipe, select_recipes
from linkcheck.build.source import Source, locate
from linkcheck.errors import EXIT_INTERRUPTED, LinkcheckError, UsageError
from linkcheck.model.provides import BaseImage
from linkcheck.model.report import Build, Failure, Report, Subject

WORKERS = 2  # `go build` itself uses all cores; a second one fills the gaps where it links
INTERRUPTED = NotBuilt("skipped", "interrupted")


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


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing to build."""

    recipe: Recipe
    platform: Platform

    @property
    def folder(self) -> Path:
        """Where its program goes, below the output folder."""
        return Path(self.platform.folder, self.recipe.name)


@dataclass(frozen=True, slots=True)
class _Ended:
    outcome: Outcome
    seconds: float
    broken: str = ""  # a bug: what was raised though nothing should have been


def run_matrix(  # noqa: PLR0913 -- one keyword for each flag of the command
    source: Path,
    *,
    recipes: Sequence[str],
    platform: str | None,
    builder: str | Builder,
    image: str | None,
    out: Path | None,
    bases: Sequence[Based],
    analyze: Callable[[Path], Subject],
    progress: Callable[[str], None],
    main: str | None = None,
) -> Report:
    """Build `source` in each recipe (all where none is named) and judge each program.

    `platform` None is Linux on the builder's CPU; `builder` is "auto", "docker", "local" or a
    builder (which stays open); programs are kept as OUT/GOOS_GOARCH/RECIPE/NAME, or nowhere.
    A build that fails is a row of the report: `Build.log_tail` then begins with the cause in one
    line. Raises InputError for a bad source, recipe, platform or output folder, MissingToolError
    where there is nothing to build with, MatrixInterruptedError on Ctrl-C.
    """
    chosen = select_recipes(recipes)
    wanted = parse_platform(platform) if platform else None
    program = locate(source, main)
    with _builder(builder, image, progress) as (engine, why), _output(out) as folder:
        progress(why)
        target = wanted or engine.platform
        cells = [Cell(recipe, target) for recipe in chosen]
        matrix = _Matrix(engine, program, folder, keep=out is not None)
        interrupted = not matrix.build(cells, progress)
        report = matrix.report(cells, analyze, {base.image.ref: base.image for base in bases})
    report = report._replace(notices=(why, *_notices(program)))
    if interrupted:
        raise MatrixInterruptedError(report)
    return report


class _Matrix:
    """The cells that were finished so far."""

    def __init__(self, builder: Builder, source: Source, folder: Path, *, keep: bool) -> None:
        self._builder = builder
        self._source = source
        self._folder = folder
        self._keep = keep
        self._ended: dict[Cell, _Ended] = {}

    def build(self, cells: Sequence[Cell], progress: Callable[[str], None]) -> bool:
        """Build all cells; False where Ctrl-C ended that early."""
        with ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1)) as pool:
            try:
                # the first one alone: the others then find the standard library compiled
                for batch in (cells[:1], cells[1:]):
                    self._collect({pool.submit(self._run, cell): cell for cell in batch}, progress)
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                self._builder.cancel()
                return False
        return True

    def report(
        self,
        cells: Sequence[Cell],
        analyze: Callable[[Path], Subject],
        bases: dict[str, BaseImage],
    ) -> Report:
        """All cells in order, each finished program judged by `analyze`."""
        subjects: list[Subject] = []
        errors: list[Failure] = []
        builds: list[Build] = []
        for cell in cells:
            ended = self._ended.get(cell, _Ended(INTERRUPTED, 0.0))
            build = self._row(cell, ended)
            if ended.broken:
                errors.append(Failure(cell.recipe.name, ended.broken))
            if build.status == "ok":
                subject = self._judge(cell, analyze, errors)
                if subject is not None:
                    build = build._replace(subject=len(subjects),
                        go=_go_of(subject) or build.go,
                        image_size=_image_size(subject, bases),
                    )
                    subjects.append(subject)
            builds.append(build)
        return Report(subjects=tuple(subjects), errors=tuple(errors), builds=tuple(builds))

    def _collect(
        self, running: dict[Future[_Ended], Cell], progress: Callable[[str], None]
    ) -> None:
        for future in as_completed(running):
            cell = running[future]
            ended = self._ended[cell] = future.result()
            if isinstance(ended.outcome, NotBuilt):
                progress(f"{cell.recipe.name}: {ended.outcome.status}: {ended.outcome.cause}")
            else:
                progress(f"{cell.recipe.name}: built in {ended.seconds:.1f} s")

    def _run(self, cell: Cell) -> _Ended:
        begun = time.monotonic()
        into = self._folder / cell.folder
        broken = ""
        try:
            # a program of an earlier run must not pass for what could not be built now
            (into / self._source.name).unlink(missing_ok=True)
            outcome = self._builder.build(cell.recipe, self._source, cell.platform, into)
        except Exception as error:  # one broken cell must not take the others with it
            broken = f"{type(error).__name__}: {error}"
            outcome = NotBuilt("failed", broken)
        return _Ended(outcome, time.monotonic() - begun, broken)

    def _row(self, cell: Cell, ended: _Ended) -> Build:
        outcome = ended.outcome
        built = isinstance(outcome, BuiltBinary)
        return Build(
            recipe=cell.recipe.name,
            platform=str(cell.platform),
            go=self._builder.go_version(),
            status="ok" if isinstance(outcome, BuiltBinary) else outcome.status,
            seconds=round(ended.seconds, 3),
            log_tail=outcome.log_tail if isinstance(outcome, BuiltBinary) else _reason(outcome),
            path=str(self._path(cell)) if built and self._keep else None,
        )

    def _judge(
        self, cell: Cell, analyze: Callable[[Path], Subject], errors: list[Failure]
    ) -> Subject | None:
        shown = str(self._path(cell) if self._keep else self._path(cell).relative_to(self._folder))
        try:
            subject = analyze(self._path(cell))
        except LinkcheckError as error:
            errors.append(Failure(shown, str(error)))
            return None
        return subject._replace(facts=subject.facts._replace(path=shown))

    def _path(self, cell: Cell) -> Path:
        return self._folder / cell.folder / self._source.name


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
        with tempfile.TemporaryDirectory(prefix="linkcheck-") as folder:
            yield Path(folder)
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"can't write to {out}: {error.strerror}", next_step="name another folder with --out"
        ) from error
    yield out.resolve()


def _reason(outcome: NotBuilt) -> str:
    """The cause, and below it what the compiler said unless that is all of it."""
    more = outcome.log_tail.strip()
    return outcome.cause if more in {"", outcome.cause} else f"{outcome.cause}\n{more}"


def _go_of(subject: Subject) -> str | None:
    return subject.facts.go.version if subject.facts.go else None


def _image_size(subject: Subject, bases: dict[str, BaseImage]) -> int | None:
    """The recommended base's unpacked bytes plus the program's; None where that is not all."""
    recommended = subject.recommendation
    if recommended is None or recommended.add or recommended.base not in bases:
        return None
    size = bases[recommended.base].provides.size
    return size + subject.facts.size if isinstance(size, int) else None


def _notices(source: Source) -> Iterator[str]:
    if source.mod is None:
        yield (
            f"{source.folder} is in no module (no go.mod): built as before modules, with the "
            "standard library alone; `go mod init NAME` makes it one"
        )
