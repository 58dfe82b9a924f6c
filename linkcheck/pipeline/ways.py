"""`ways`: every way to ship a program that needs a libc, by image size, each one tried."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from linkcheck.advise.price import is_another_program, price_of
from linkcheck.build.recipes import select_recipes
from linkcheck.build.reuse import Store
from linkcheck.errors import InputError, MissingToolError, UsageError
from linkcheck.model.report import Trial
from linkcheck.model.verdicts import Verdict
from linkcheck.model.ways import NoWay, Way, Ways
from linkcheck.pipeline.analyze import Analyzer
from linkcheck.pipeline.bundle import Request, bundle
from linkcheck.pipeline.matrix import run_matrix
from linkcheck.pipeline.offers import Made, addable, by_size, offers
from linkcheck.pipeline.sizes import Sizes
from linkcheck.rules.remedies import build_change
from linkcheck.run.choose import Runners
from linkcheck.run.runner import SECONDS
from linkcheck.run.trial import not_tried, put_to_test

USUAL: Final = "default"
# the usual build, then what makes a program need less of a base; equal sizes come in this order
RECIPES: Final = (USUAL, "cgo-off", "netgo", "static-glibc", "musl-static", "musl")
_MAKERS: Final = 3  # of bases on which the program as it is is offered
_AT_ONCE: Final = 4


class Question(NamedTuple):
    """What `ways` is asked: a program or a folder of Go source, and where to look.

    No `bases` are the usual ones; `sources` are REFs that a bundle may be taken from.
    """

    path: Path
    bases: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    main: str | None = None
    builder: str = "auto"
    arguments: tuple[str, ...] = ()
    seconds: float = SECONDS


def ways(question: Question, environ: Mapping[str, str], progress: Callable[[str], None]) -> Ways:
    """All ways that there are, the smallest image first; those of unknown size come last.

    A bundle that can't be made, or a recipe that can't be built, is a `NoWay` with the reason.
    Raises what `Analyzer`, `run_matrix` and `read_facts` raise, UsageError where no recipe at all
    can be built.
    """
    with tempfile.TemporaryDirectory(prefix="linkcheck-ways-") as folder:
        search = _Search(question, environ, progress, Path(folder))
        found = search.ways()
    return Ways(str(question.path), tuple(sorted(found, key=_order)), tuple(search.none))


def _order(way: Way) -> tuple[float, bool, int]:
    place = RECIPES.index(way.name) if way.name in RECIPES else -1
    return (float("inf") if way.size is None else way.size, way.answer != "runs", place)


def _name(one: Made) -> str:
    return one.recipe or "as it is"


class _Search:
    def __init__(
        self,
        question: Question,
        environ: Mapping[str, str],
        progress: Callable[[str], None],
        folder: Path,
    ) -> None:
        self._question = question
        self._environ = environ
        self._progress = progress
        self._folder = folder
        self._analyzer = Analyzer(question.bases)
        self._bases = {base.image.ref: base.image for base in self._analyzer.bases}
        self._sizes = Sizes(self._analyzer.bases, environ)
        self.none: list[NoWay] = []

    def ways(self) -> list[Way]:
        made = self._built() if self._question.path.is_dir() else [self._given()]
        first = made[0]
        found = [(way, one) for one in made for way in self._on_bases(one, first)]
        return [*self._tried(found), *self._unbuilt(first), *self._bundled(first)]

    def _given(self) -> Made:
        path = self._question.path
        subject = self._analyzer.subject(path)
        (sizes,) = self._sizes.measure([(path, subject)])
        return Made("", path, subject, tuple(sizes))

    def _built(self) -> list[Made]:
        report = run_matrix(
            self._question.path,
            recipes=RECIPES,
            builder=self._question.builder,
            image=None,
            out=self._folder / "built",
            bases=self._analyzer.bases,
            analyze=self._analyzer.subject,
            progress=self._progress,
            main=self._question.main,
            store=Store(self._environ),
            measure=self._sizes.measure,
        )
        made = []
        for build in report.builds or ():
            if build.subject is None or build.path is None:
                why = next(iter(build.log_tail.strip().splitlines()), "no reason was given")
                self.none.append(NoWay(build.recipe, why))
                continue
            (recipe,) = select_recipes((build.recipe,))
            subject = report.subjects[build.subject]
            path = Path(build.path)
            made.append(Made(recipe.name, path, subject, build.image_sizes, recipe.libc))
        if not made:
            raise UsageError(
                f"{self._question.path} can't be built: {self.none[0].why}",
                next_step="see `linkcheck matrix`",
            )
        return made

    def _on_bases(self, one: Made, first: Made) -> Iterator[Way]:
        """The first one on each base that was named, else on a few; a rebuild on the smallest."""
        if one is not first and (lost := is_another_program(one.subject)):
            self.none.append(NoWay(one.recipe, lost))
            return
        every = bool(self._question.bases) and one is first
        found = offers(one, self._bases, 0 if every else _MAKERS if one is first else 1)
        self._tell_unfit(one, [offer.verdict for offer in found], every=every)
        for offer in found:
            yield Way(
                kind="base" if one is first else "rebuild",
                name=_name(one),
                what=f"build it as {one.recipe}" if one.recipe else "ship it as it is",
                base=offer.verdict.base,
                answer=offer.verdict.answer,
                size=offer.size,
                measured=offer.measured,
                add=offer.add,
                price=price_of(first.subject, one.subject, one.libc),
                command=self._command(one, offer.verdict.base),
            )

    def _tell_unfit(self, one: Made, fit: list[Verdict], *, every: bool) -> None:
        """Why it is not offered on a base that was named; where it fits nowhere, one reason."""
        unfit = [v for v in by_size(one.subject.verdicts, self._bases) if v not in fit]
        if every or not fit:
            shown = unfit if every else unfit[:1]
            self.none += [NoWay(_name(one), verdict.reason) for verdict in shown]

    def _command(self, one: Made, base: str) -> str:
        words = ["linkcheck", "dockerfile", str(self._question.path), "--base", base]
        if one.recipe:
            words += ["--recipe", one.recipe]
        if self._question.main:
            words += ["--main", self._question.main]
        return shlex.join(words)

    def _tried(self, found: list[tuple[Way, Made]]) -> list[Way]:
        """Each way started in its base, where that is here."""
        with closing(Runners(self._environ)) as runners, ThreadPoolExecutor(_AT_ONCE) as pool:

            def start(way: Way, one: Made) -> Way:
                verdict = next(v for v in one.subject.verdicts if v.base == way.base)
                trial = self._trial(one, verdict, runners)
                if trial.observed == "error":
                    return way._replace(untried=trial.output_tail)
                return way._replace(trial=trial)

            try:
                return list(pool.map(start, *zip(*found, strict=True))) if found else []
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                runners.cancel()
                raise

    def _trial(self, one: Made, verdict: Verdict, runners: Runners) -> Trial:
        facts = one.subject.facts
        named = verdict.base in self._question.bases
        try:
            runner = runners.runner(self._bases[verdict.base], facts.platform, pull=named)
        except MissingToolError as error:
            return not_tried(verdict.base, str(error))
        return put_to_test(
            verdict, facts, runner, one.path, self._question.arguments, self._question.seconds
        )

    def _unbuilt(self, first: Made) -> Iterator[Way]:
        """The rebuild that would make a given program static: it can be told, not tried."""
        change = None if first.recipe else build_change(first.subject.facts)
        if change is not None:
            yield Way(
                kind="rebuild",
                name="static",
                what=change,
                base="scratch",
                answer="unknown",
                size=first.subject.facts.size,
                untried="its source is not here: `linkcheck ways FOLDER` builds it and tries that",
            )

    def _bundled(self, first: Made) -> Iterator[Way]:
        """With its libc in scratch: from --from, else from where it runs and the files are here."""
        elf = first.subject.facts.elf
        if elf is None or elf.interpreter is None:
            return
        question = self._question
        runs = [v for v in by_size(first.subject.verdicts, self._bases) if v.answer == "runs"]
        why = ""
        for sources in [question.sources] if question.sources else [(v.base,) for v in runs]:
            try:
                yield self._bundle(first, sources)
            except (MissingToolError, InputError) as error:
                why = why or str(error)
            else:
                return
        why = why or "it runs on none of these bases, so that there is nothing to take"
        self.none.append(NoWay("bundle", f"{why} (--from names another root or image)"))

    def _bundle(self, first: Made, sources: tuple[str, ...]) -> Way:
        question = self._question
        request = Request(
            program=first.path,
            sources=sources,
            output=str(self._folder / "bundle"),
            arguments=question.arguments,
            seconds=question.seconds,
        )
        made = bundle(request, self._environ)
        packages = len({licence.package for licence in made.licences})
        return Way(
            kind="bundle",
            name="bundle",
            what=f"take the libc of {sources[0]} along",
            base="scratch",
            answer=made.verdict.answer,
            size=made.size,
            measured=True,
            add=addable(made.verdict) or (),
            price=(
                f"security fixes of {packages} packages come only with a new bundle",
                "what it opens by a name that it computes is not in it (--also)",
            ),
            command=self._bundle_command(first, sources),
            trial=made.trial,
            untried="" if made.trial else made.untried,
        )

    def _bundle_command(self, first: Made, sources: tuple[str, ...]) -> str:
        program = self._question.path
        before = []
        if first.recipe:
            out = "linkcheck-out"
            before = ["linkcheck", "matrix", str(program), "--recipe", first.recipe, "--out", out]
            if self._question.main:
                before += ["--main", self._question.main]
            program = out / first.path.relative_to(self._folder / "built")
        words = ["linkcheck", "bundle", str(program)]
        words += [word for ref in sources for word in ("--from", ref)]
        command = shlex.join([*words, "--output", "image:NAME"])
        return f"{shlex.join(before)} && {command}" if before else command
