"""One matrix after the other: every Go release that was asked for, in one report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from linkcheck.build.builder import Builder
from linkcheck.build.choose import choose_builder
from linkcheck.build.reuse import Store
from linkcheck.errors import MissingToolError
from linkcheck.model.report import Report
from linkcheck.pipeline.analyze import Analyzer
from linkcheck.pipeline.events import Watch, unwatched
from linkcheck.pipeline.matrix import MatrixInterruptedError, run_matrix, skipped_report
from linkcheck.pipeline.plan import Plan
from linkcheck.pipeline.sizes import Measure, unmeasured


def run_series(  # noqa: PLR0913 -- one keyword for each flag of the command
    plan: Plan,
    *,
    go: Sequence[str],
    builder: str,
    image: str | None,
    out: Path | None,
    analyzer: Analyzer,
    progress: Callable[[str], None],
    store: Store | None = None,
    fresh: bool = False,
    private: bool = False,
    watch: Watch = unwatched,
    measure: Measure = unmeasured,
) -> Report:
    """Build `plan` with each release of `go`, or with the one at hand where none is named.

    A release that is not here and can't be had is rows that say so. Raises what `run_matrix`
    raises; MatrixInterruptedError then holds all that was finished in the whole series.
    """
    reports: list[Report] = []
    for release in go or (None,):
        folder = out / f"go{release}" if out is not None and release and len(go) > 1 else out
        try:
            with _engine(builder, image, release, progress, private=private) as engine:
                report = run_matrix(
                    plan,
                    builder=engine,
                    image=image,
                    out=folder,
                    bases=analyzer.bases,
                    analyze=analyzer.subject,
                    progress=progress,
                    store=store,
                    fresh=fresh,
                    watch=watch,
                    measure=measure,
                )
        except MatrixInterruptedError as error:
            raise MatrixInterruptedError(merge([*reports, error.report])) from error
        except MissingToolError as error:
            if release is None:
                raise
            progress(f"Go {release}: skipped: {error}")
            report = skipped_report(plan, f"go{release}", str(error))
        reports.append(report)
    return merge(reports)


@contextmanager
def _engine(
    kind: str,
    image: str | None,
    release: str | None,
    progress: Callable[[str], None],
    *,
    private: bool,
) -> Iterator[str | Builder]:
    """What builds that release; without one, `run_matrix` itself chooses."""
    if release is None and not private:
        yield kind
        return
    builder, _ = choose_builder(kind, image=image, go=release, progress=progress, private=private)
    try:
        yield builder
    finally:
        builder.close()


def merge(reports: Sequence[Report]) -> Report:
    """All of `reports` as one, the builds pointing at their subjects still."""
    subjects = tuple(subject for report in reports for subject in report.subjects)
    builds = []
    before = 0
    for report in reports:
        for build in report.builds or ():
            moved = None if build.subject is None else build.subject + before
            builds.append(build._replace(subject=moved))
        before += len(report.subjects)
    return Report(
        subjects=subjects,
        errors=tuple(error for report in reports for error in report.errors),
        builds=tuple(builds),
        notices=tuple(dict.fromkeys(notice for report in reports for notice in report.notices)),
    )
