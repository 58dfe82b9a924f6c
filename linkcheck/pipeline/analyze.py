"""`analyze`: each program read once, judged on each base."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from linkcheck.advise import judge, needs_of, recommend
from linkcheck.advise.recommend import Candidate, is_too_old
from linkcheck.binary import read_facts
from linkcheck.errors import InputError, LinkcheckError, UnreadableFileError, UsageError
from linkcheck.images.catalog import load_catalog
from linkcheck.images.resolve import resolve_base
from linkcheck.loader import LoadOptions, load_in
from linkcheck.loader.options import CPU_LEVELS
from linkcheck.model.report import Failure, Report, Subject
from linkcheck.pipeline.inputs import expand
from linkcheck.rules import RuleContext, run_rules

if TYPE_CHECKING:
    from linkcheck.images.resolve import ResolvedBase
    from linkcheck.model.facts import BinaryFacts
    from linkcheck.model.library import LibraryView
    from linkcheck.model.needs import Need
    from linkcheck.model.verdicts import Recommendation, Verdict

_MANY: Final = 48  # files from which on a second process pays for its start


class Options(NamedTuple):
    """How to judge: with digests, with traces, under LD_LIBRARY_PATH, on a CPU level."""

    digest: bool = False
    trace: bool = False
    lib_path: str | None = None
    cpu: str | None = None
    jobs: int = 0  # processes; 0: as many as pay


_DEFAULTS = Options()


class Analyzer:
    """Judges programs on bases that were resolved once.

    Without `refs`, on the usual bases of the catalog. The recommendation looks at these in any
    case: who asks about Alpine alone, and hears "fails", wants to know what would do. Where none
    of them does, it looks at the rest of the catalog, if that can help: other releases of the same
    C library, not a library that the usual bases lack.
    """

    def __init__(
        self, refs: Sequence[str] = (), options: Options = _DEFAULTS, *, lenient: bool = False
    ) -> None:
        """Raises UnknownBaseError or BadRootError for a REF that means no base, UsageError for an
        unknown CPU level. A `lenient` one passes over such REFs as long as one is left.
        """
        catalog = load_catalog().bases
        usual = [base.name for base in catalog if base.default]
        self._bases, self.unusable = _resolve_all(tuple(dict.fromkeys(refs or usual)), lenient)
        self._asked = frozenset(refs)
        known = {base.image.name for base in self._bases}
        self._usual = tuple(_KeptBase(name) for name in usual if name not in known)
        known |= set(usual)
        self._rest = tuple(b.name for b in catalog if b.recommendable and b.name not in known)
        self._resolved_rest: dict[str, ResolvedBase] = {}
        self._options = options
        self._load_options = _load_options(options)

    @property
    def bases(self) -> tuple[ResolvedBase, ...]:
        """The bases that were asked for, in that order."""
        return self._bases

    def subject(self, path: str | Path) -> Subject:
        """All that can be said about the program at `path`.

        Raises UnreadableFileError, NotAProgramError or MalformedBinaryError.
        """
        facts = read_facts(path)
        digest = _sha256(path) if self._options.digest else None
        needs = needs_of(facts)
        judged = tuple(self._judge(facts, needs, base) for base in self._bases)
        return Subject(
            facts=facts,
            needs=needs,
            findings=run_rules(RuleContext(facts, needs, judged, self._asked)),
            verdicts=tuple(verdict for _, verdict in judged),
            recommendation=self._recommend(facts, needs, judged),
            sha256=digest,
        )

    def _recommend(
        self, facts: BinaryFacts, needs: tuple[Need, ...], judged: tuple[Candidate, ...]
    ) -> Recommendation | None:
        candidates = [*judged, *(self._judge(facts, needs, base) for base in self._usual)]
        verdicts = [verdict for _, verdict in candidates]
        if all(v.answer != "runs" for v in verdicts) and any(map(_nearly_runs, verdicts)):
            for name in self._rest:
                base = self._kept(name)
                if is_too_old(base.image, facts):
                    continue
                candidates.append(self._judge(facts, needs, base))
                if candidates[-1][1].answer == "runs":
                    break
        return recommend(facts, needs, candidates)

    def _kept(self, name: str) -> ResolvedBase:
        if name not in self._resolved_rest:
            self._resolved_rest[name] = _KeptBase(name)
        return self._resolved_rest[name]

    def _judge(self, facts: BinaryFacts, needs: tuple[Need, ...], base: ResolvedBase) -> Candidate:
        result = load_in(facts, base, self._load_options)
        verdict = judge(facts, needs, base.image, result)
        return base.image, verdict._replace(trace=result.trace if self._options.trace else ())


def _nearly_runs(verdict: Verdict) -> bool:
    """Whether an other release of that base might do: only versions or run-time files are wrong."""
    kinds = {need.kind for need in verdict.unmet if need.when == "load"}
    return verdict.answer in ("degraded", "fails") and kinds <= {"symbol-version", "symbol"}


class _KeptBase:
    """A base whose views are made once a platform, as listing its libraries takes a while."""

    def __init__(self, ref: str) -> None:
        self._base = resolve_base(ref)
        self.image = self._base.image
        self._views: dict[str, LibraryView | None] = {}

    def view(self, platform: str) -> LibraryView | None:
        if platform not in self._views:
            self._views[platform] = self._base.view(platform)
        return self._views[platform]


def _resolve_all(
    refs: tuple[str, ...], lenient: bool
) -> tuple[tuple[_KeptBase, ...], tuple[Failure, ...]]:
    bases: list[_KeptBase] = []
    errors: dict[str, InputError] = {}
    for ref in refs:
        try:
            bases.append(_KeptBase(ref))
        except InputError as error:
            errors[ref] = error
    if errors and not (lenient and bases):
        raise next(iter(errors.values()))
    return tuple(bases), tuple(Failure(ref, str(error)) for ref, error in errors.items())


def analyze(
    paths: Sequence[str],
    refs: Sequence[str] = (),
    options: Options = _DEFAULTS,
    *,
    stdin: Iterable[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Judge every program that `paths` mean on every base of `refs` (default: the usual ones).

    An input that can't be judged, or a REF that means no base, becomes a Failure of the report,
    and the others are still judged. `progress(done, total)` is called after each file. Raises
    UnknownBaseError or BadRootError where no REF means a base.
    """
    analyzer = Analyzer(refs, options, lenient=True)
    inputs = list(expand(paths, stdin))
    files = [found for found in inputs if isinstance(found, str)]
    judged = _judge_all(analyzer, files, options.jobs)
    subjects: list[Subject] = []
    failures: list[Failure] = list(analyzer.unusable)
    done = 0
    for found in inputs:
        answer = found if isinstance(found, Failure) else next(judged)
        if isinstance(answer, Failure):
            failures.append(answer)
        else:
            subjects.append(answer)
        if isinstance(found, str):
            done += 1
            if progress is not None:
                progress(done, len(files))
    return Report(tuple(subjects), tuple(failures))


def _judge_all(analyzer: Analyzer, files: list[str], jobs: int) -> Iterator[Subject | Failure]:
    workers = min(jobs or _paying_workers(len(files)), len(files))
    if workers > 1 and sys.platform == "linux":
        return _judge_in_processes(analyzer, files, workers)
    return (_judge(analyzer, file) for file in files)


def _judge(analyzer: Analyzer, path: str) -> Subject | Failure:
    try:
        return analyzer.subject(path)
    except LinkcheckError as error:
        return Failure(path, str(error))


def _paying_workers(files: int) -> int:
    return 1 if files < _MANY else len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


_worker_analyzer: Analyzer | None = None


def _judge_in_processes(
    analyzer: Analyzer, files: list[str], workers: int
) -> Iterator[Subject | Failure]:
    """In the order of `files`. Forked, so that the workers share the bases that are resolved."""
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 -- most calls need no pool
    from multiprocessing import get_context  # noqa: PLC0415

    with ProcessPoolExecutor(
        workers, get_context("fork"), initializer=_start_worker, initargs=(analyzer,)
    ) as pool:
        chunk = max(1, min(16, len(files) // (workers * 4)))
        yield from pool.map(_judge_in_worker, files, chunksize=chunk)


def _start_worker(analyzer: Analyzer) -> None:
    global _worker_analyzer  # noqa: PLW0603 -- a worker process has one analyzer for its life
    _worker_analyzer = analyzer


def _judge_in_worker(path: str) -> Subject | Failure:
    assert _worker_analyzer is not None
    return _judge(_worker_analyzer, path)


def _load_options(options: Options) -> LoadOptions:
    folders = tuple(options.lib_path.split(":")) if options.lib_path else ()
    level = options.cpu
    if level is not None:
        level = level.removesuffix("-v1")  # the baseline has no number in the psABI
        if level not in CPU_LEVELS:
            raise UsageError(
                f"{options.cpu!r} is no CPU level",
                next_step=f"use one of {', '.join(CPU_LEVELS)}",
            )
    return LoadOptions(library_path=folders, cpu=level)


def _sha256(path: str | Path) -> str:
    import hashlib  # noqa: PLC0415 -- for --digest alone

    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableFileError(
            f"{path}: {error.strerror}", next_step="check the file and its permissions"
        ) from error
