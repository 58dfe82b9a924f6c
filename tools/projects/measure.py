"""One project built in every recipe, each build predicted and started in every base."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from linkcheck.build.choose import choose_builder
from linkcheck.build.extras import Extras
from linkcheck.build.reuse import Store
from linkcheck.model.report import Report, Subject, Trial
from linkcheck.model.verdicts import Answer, Verdict
from linkcheck.pipeline.analyze import Analyzer
from linkcheck.pipeline.matrix import run_matrix
from linkcheck.pipeline.plan import make_plan
from linkcheck.pipeline.verify import Verifier
from linkcheck.run.agreement import foretells_start
from tools.projects.catalog import Project
from tools.trials.bases import RealBase

SECONDS = 2.0  # that a program may take to end by itself


@dataclass(frozen=True, slots=True)
class Start:
    """A build in a base: two predictions, from the base itself and from the catalog, and a trial.

    `engine`: it was started in an image of that base, not in its root under bubblewrap.
    """

    base: str
    engine: bool
    verdict: Verdict
    catalog: Answer
    trial: Trial

    @property
    def disagreement(self) -> str:
        """What was wrong, "" where both predictions came true."""
        started = self.trial.observed == "started"
        wrong = []
        if self.trial.observed == "error":
            wrong.append("could not be tried")
        elif self.trial.agrees is not True:
            wrong.append(f"predicted {self.verdict.answer} ({self.verdict.reason})")
        if self.trial.observed != "error" and foretells_start(self.catalog) is not started:
            wrong.append(f"{self.catalog} by the catalog")
        return f"{', '.join(wrong)}; {self.trial.observed}" if wrong else ""


@dataclass(frozen=True, slots=True)
class Built:
    """One row: how a build went, and where it was started."""

    project: str
    builder: str
    recipe: str
    status: str
    seconds: float
    reason: str
    subject: Subject | None
    starts: tuple[Start, ...]


def measure(  # noqa: PLR0913 -- one keyword for each choice of the command line
    project: Project,
    source: Path,
    bases: Sequence[RealBase],
    images: Sequence[tuple[RealBase, str]],
    *,
    builder: str,
    image: str | None,
    recipes: Sequence[str],
    store: Store | None,
    progress: Callable[[str], None],
) -> list[Built]:
    """Build `project`, whose module lies at `source`, and start each build in `bases` under
    bubblewrap and in the images that the REFs of `images` name.

    Raises what `choose_builder` and `run_matrix` raise.
    """
    plan = make_plan(
        source,
        recipes=recipes,
        mains=[project.main],
        extras=Extras(env=project.env, tags=project.tags),
    )
    refs = [f"dir:{base.root}" for base in bases] + [ref for _, ref in images]
    places = [(base, False) for base in bases] + [(base, True) for base, _ in images]
    catalog = Analyzer([base.ref for base, _ in places])
    answers: list[dict[str, Answer]] = []
    made, why = choose_builder(builder, image=image, progress=progress)
    progress(f"{project.name}: {why}")
    with (
        closing(made),
        closing(Verifier(refs, project.arguments, seconds=SECONDS, progress=progress)) as verifier,
    ):

        def analyze(path: Path) -> Subject:
            answers.append({v.base: v.answer for v in catalog.subject(path).verdicts})
            return verifier.subject(path)

        report = run_matrix(
            plan, builder=made, image=None, out=None, bases=verifier.bases,
            analyze=analyze, progress=progress, store=store,
        )  # fmt: skip
    return _rows(project, builder, report, places, answers)


def _rows(
    project: Project,
    builder: str,
    report: Report,
    places: Sequence[tuple[RealBase, bool]],
    answers: Sequence[dict[str, Answer]],
) -> list[Built]:
    rows = []
    for build in report.builds or ():
        subject = None if build.subject is None else report.subjects[build.subject]
        starts: tuple[Start, ...] = ()
        if subject is not None and build.subject is not None:
            known = answers[build.subject]
            starts = tuple(
                Start(base.name, engine, verdict, known[base.ref], trial)
                for (base, engine), verdict, trial in zip(
                    places, subject.verdicts, subject.trials, strict=True
                )
            )
        reason = "" if build.status == "ok" else build.log_tail.split("\n", 1)[0]
        rows.append(
            Built(
                project.name, builder, build.recipe, build.status, build.seconds, reason,
                subject, starts,
            )
        )  # fmt: skip
    return rows
