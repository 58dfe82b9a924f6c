"""`verify`: each verdict put to the test, by starting the program in the very base."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from linkcheck.errors import MissingToolError
from linkcheck.model.report import Report, Subject, Trial
from linkcheck.model.verdicts import Verdict
from linkcheck.pipeline.analyze import Analyzer
from linkcheck.run.choose import Runners
from linkcheck.run.runner import SECONDS
from linkcheck.run.trial import not_tried, put_to_test

if TYPE_CHECKING:
    from linkcheck.images.resolve import ResolvedBase
    from linkcheck.run.runner import Runner

_AT_ONCE: Final = 4  # starts; most of their time is spent waiting for the engine, or for a service


class Verifier(Analyzer):
    """An `Analyzer` whose subjects carry trials too: what happened when they were started.

    A base that was named in `refs` is worth the pull of its image, the usual ones are not. After
    Ctrl-C nothing more is started, and `interrupted` is set; programs are judged all the same.
    """

    def __init__(
        self,
        refs: Sequence[str],
        arguments: Sequence[str] = (),
        *,
        seconds: float = SECONDS,
        progress: Callable[[str], None],
    ) -> None:
        """Raises what `Analyzer` raises."""
        super().__init__(refs)
        self._runners = Runners(progress=progress)
        self._named = bool(refs)
        self._arguments = tuple(arguments)
        self._seconds = seconds
        self.interrupted = False

    def close(self) -> None:
        """Let go of the engine."""
        self._runners.close()

    def subject(self, path: str | Path) -> Subject:
        """See `Analyzer.subject`, which may raise the same."""
        subject = super().subject(path)
        if self.interrupted:
            return subject
        try:
            return subject._replace(trials=self._trials(subject, Path(path)))
        except KeyboardInterrupt:
            self.interrupted = True
            return subject

    def _trials(self, subject: Subject, program: Path) -> tuple[Trial, ...]:
        pairs = list(zip(subject.verdicts, self.bases, strict=True))
        runners = [self._runner(base, subject.facts.platform) for _, base in pairs]

        def start(verdict: Verdict, runner: Runner | MissingToolError) -> Trial:
            if isinstance(runner, MissingToolError):
                return not_tried(verdict.base, str(runner))
            return put_to_test(
                verdict, subject.facts, runner, program, self._arguments, self._seconds
            )

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            try:
                return tuple(pool.map(start, subject.verdicts, runners))
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                self._runners.cancel()
                raise

    def _runner(self, base: ResolvedBase, platform: str) -> Runner | MissingToolError:
        try:
            return self._runners.runner(base.image, platform, pull=self._named)
        except MissingToolError as error:
            return error


def verify(
    path: str,
    refs: Sequence[str],
    arguments: Sequence[str],
    *,
    seconds: float,
    progress: Callable[[str], None],
) -> Report:
    """Judge the program at `path` on each base of `refs` (default: the usual ones), and start it
    there with `arguments`; what still runs after `seconds` has started.

    A base that it can't be started in is a trial "error" with the reason.
    Raises UnknownBaseError or BadRootError for a REF that means no base, InputError for a program
    that can't be read, KeyboardInterrupt on Ctrl-C.
    """
    with closing(Verifier(refs, arguments, seconds=seconds, progress=progress)) as verifier:
        subject = verifier.subject(path)
    if verifier.interrupted:
        raise KeyboardInterrupt
    return Report((subject,))


def with_trials_of_builds(report: Report) -> Report:
    """A matrix whose trials stand at the builds, as its contract wants, not at the subjects."""
    if report.builds is None:
        return report
    builds = tuple(
        build
        if build.subject is None
        else build._replace(trials=report.subjects[build.subject].trials)
        for build in report.builds
    )
    subjects = tuple(subject._replace(trials=()) for subject in report.subjects)
    return report._replace(subjects=subjects, builds=builds)
