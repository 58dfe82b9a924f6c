"""How large an image with a program is on each base, measured by making it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeAlias

from linkcheck.errors import MissingToolError
from linkcheck.model.needs import NeedKind
from linkcheck.model.provides import BaseImage
from linkcheck.model.report import ImageSize, Report, Subject
from linkcheck.pipeline.layer import pack_layer
from linkcheck.rules.remedies import ADD_TO_IMAGE

if TYPE_CHECKING:
    from linkcheck.engine.engine import Engine

_AT_ONCE: Final = 4  # images; the engine's disk is what they wait for
_SECONDS: Final = 3  # for an engine to answer: sizes are not worth a longer wait

Images: TypeAlias = tuple[ImageSize, ...]
Measure: TypeAlias = Callable[[Sequence[tuple[Path, Subject]]], Sequence[Images]]


class Based(Protocol):
    """What is asked of a base here (`images.resolve.ResolvedBase` fits)."""

    @property
    def image(self) -> BaseImage:
        """The base under its REF."""
        ...


class _Fit(NamedTuple):
    """A base that the engine holds as `ref` (None: scratch), and what must be added to it."""

    base: str
    ref: str | None
    size: int
    added: tuple[NeedKind, ...]


def unmeasured(programs: Sequence[tuple[Path, Subject]]) -> Sequence[Images]:
    """A `Measure` where there is no engine."""
    return [()] * len(programs)


def with_image_sizes(report: Report, paths: Sequence[Path], measure: Measure) -> Report:
    """A matrix with the images of its builds measured; `paths` are their programs, one a build.

    A build whose smallest base was not measured keeps its estimate.
    """
    builds = list(report.builds or ())
    judged = [
        (place, report.subjects[build.subject])
        for place, build in enumerate(builds)
        if build.subject is not None
    ]
    found = measure([(paths[place], subject) for place, subject in judged])
    for (place, subject), images in zip(judged, found, strict=True):
        best = subject.recommendation.base if subject.recommendation else None
        size = next((image.size for image in images if image.base == best), None)
        builds[place] = builds[place]._replace(
            image_sizes=images,
            image_size=builds[place].image_size if size is None else size,
            image_measured=size is not None,
        )
    return report._replace(builds=tuple(builds))


class Sizes:
    """Makes images in the Docker Engine of `environ`; where there is none, measures nothing.

    After Ctrl-C nothing more is made, and `interrupted` is set.
    """

    def __init__(self, bases: Sequence[Based], environ: Mapping[str, str]) -> None:
        self._bases = {base.image.ref: base.image for base in bases}
        self._environ = environ
        self._lock = Lock()
        self._held: dict[tuple[str, str], tuple[str | None, int] | None] = {}
        self._added: dict[tuple[NeedKind, ...], int | None] = {}
        self.interrupted = False

    def measure(self, programs: Sequence[tuple[Path, Subject]]) -> Sequence[Images]:
        """For each program the size of its image on each base where it runs, once files are added.

        One image a program is made, on its smallest base; what it adds to that one it adds to the
        others, as the engine counts an image's layers one by one.
        """
        from linkcheck.engine.engine import connect  # noqa: PLC0415 -- not where nothing was built

        if not programs or self.interrupted:
            return unmeasured(programs)
        try:
            engine = connect(self._environ, timeout=_SECONDS)
        except MissingToolError:
            return unmeasured(programs)
        try:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                try:
                    return list(pool.map(lambda one: self._images(engine, *one), programs))
                except KeyboardInterrupt:
                    self.interrupted = True
                    pool.shutdown(wait=False, cancel_futures=True)
                    engine.end_all()
                    return unmeasured(programs)
        finally:
            engine.close()

    def _images(self, engine: Engine, program: Path, subject: Subject) -> Images:
        try:
            fits = self._fits(engine, subject)
            if not fits:
                return ()
            best = subject.recommendation.base if subject.recommendation else None
            first = next((fit for fit in fits if fit.base == best), fits[0])
            made = _size_with(engine, first.ref, program, first.added)
            extra = self._size_of(engine, first.added)
            if made is None or extra is None:
                return ()
            own = made - first.size - extra
            sizes = ((fit, self._size_of(engine, fit.added)) for fit in fits)
            return tuple(
                ImageSize(fit.base, fit.size + own + more)
                for fit, more in sizes
                if more is not None
            )
        except (MissingToolError, OSError):  # an estimate is told as one, and is no error
            return ()

    def _fits(self, engine: Engine, subject: Subject) -> list[_Fit]:
        """The bases that the engine holds, and on which files at most are missing."""
        found: list[_Fit] = []
        for verdict in subject.verdicts:
            added = tuple(sorted({need.kind for need in verdict.unmet}))
            helped = verdict.answer == "degraded" and set(added) <= set(ADD_TO_IMAGE)
            if verdict.answer != "runs" and not helped:
                continue
            held = self._in_engine(engine, self._bases[verdict.base], subject.facts.platform)
            if held is not None:
                found.append(_Fit(verdict.base, *held, added if helped else ()))
        return found

    def _in_engine(
        self, engine: Engine, base: BaseImage, platform: str
    ) -> tuple[str | None, int] | None:
        """The name and size under which the engine has `base` for that platform."""
        from linkcheck.engine.measure import stored_size  # noqa: PLC0415 -- see measure

        key = (base.ref, platform)
        with self._lock:
            if key not in self._held:
                self._held[key] = None
                for name in _names(base):
                    image = engine.image(name) if name is not None else None
                    if name is None:
                        self._held[key] = (None, 0)
                    elif image is not None and image.architecture == platform.split("/")[1]:
                        self._held[key] = (name, stored_size(engine, name))
                        break
            return self._held[key]

    def _size_of(self, engine: Engine, added: tuple[NeedKind, ...]) -> int | None:
        """What the files for `added` weigh alone; None where they can't be had."""
        with self._lock:
            if added not in self._added:
                self._added[added] = _size_with(engine, None, None, added) if added else 0
            return self._added[added]


def _names(base: BaseImage) -> tuple[str | None, ...]:
    """What the engine may call it; None is scratch, and there are none for other sources."""
    if base.name == "scratch":
        return (None,)
    scheme, colon, rest = base.ref.partition(":")
    if colon and scheme == "docker":
        return (rest,)
    return (base.ref, base.name) if base.source == "catalog" else ()


def _size_with(
    engine: Engine, ref: str | None, program: Path | None, added: tuple[NeedKind, ...]
) -> int | None:
    from linkcheck.engine.measure import size_with  # noqa: PLC0415 -- see measure

    files = pack_layer(program, added)
    if files is None:
        return None
    with files:
        return size_with(engine, ref, files)
