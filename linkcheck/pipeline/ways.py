"""`ways`: every way to ship a program that needs a libc, by image size, each one tried."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Final

from linkcheck.advise.price import is_another_program, price_of
from linkcheck.errors import InputError, MissingToolError
from linkcheck.model.report import Trial
from linkcheck.model.verdicts import Verdict
from linkcheck.model.ways import NoWay, Way, Ways
from linkcheck.pipeline.analyze import Analyzer
from linkcheck.pipeline.bundle import Request, bundle
from linkcheck.pipeline.offers import Made, addable, by_size, offers
from linkcheck.pipeline.sizes import Sizes
from linkcheck.pipeline.waybuilds import RECIPES, Question, built
from linkcheck.rules.remedies import build_change
from linkcheck.run.choose import Runners
from linkcheck.run.trial import not_tried, put_to_test

_MAKERS: Final = 3  # of bases on which the program as it is is offered
_AT_ONCE: Final = 4
_BUILT: Final = "built"
_OUT: Final = PurePosixPath("linkcheck-out")


def ways(question: Question, environ: Mapping[str, str], progress: Callable[[str], None]) -> Ways:
    """All ways that there are, the smallest image first; those of unknown size come last.

    A bundle that can't be made, or a recipe that can't be built, is a `NoWay` with the reason.
    Raises what `Analyzer`, `run_matrix` and `read_facts` raise, UsageError where no recipe at all
    can be built.
    """
    with tempfile.TemporaryDirectory(prefix="linkcheck-ways-") as folder:
        search = _Search(question, environ, progress, Path(folder))
        found = search.ways()
    return Ways(question.path, tuple(sorted(found, key=_order)), tuple(search.none))


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
        made = [self._given()] if Path(self._question.path).is_file() else self._made()
        first = made[0]
        found = [(way, one) for one in made for way in self._on_bases(one, first)]
        return [*self._tried(found), *self._unbuilt(first), *self._bundled(first)]

    def _given(self) -> Made:
        path = Path(self._question.path)
        subject = self._analyzer.subject(path)
        (sizes,) = self._sizes.measure([(path, subject)])
        return Made("", path, subject, tuple(sizes))

    def _made(self) -> list[Made]:
        folder, none = self._folder / _BUILT, self.none
        return built(
            self._question, self._analyzer, self._sizes, folder, none, self._environ, self._progress
        )

    def _on_bases(self, one: Made, first: Made) -> Iterator[Way]:
        """The first one on each base that was named, else on a few; a rebuild on the smallest."""
        lost = is_another_program(one.subject)  # of a program that was given as it is
        price = (lost,) if lost else price_of(first.subject, one.subject, one.libc)
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
                price=price,
                command=self._command(one, offer.verdict.base),
            )

    def _tell_unfit(self, one: Made, fit: list[Verdict], *, every: bool) -> None:
        """Why it is not offered on a base that was named; where it fits nowhere, one reason."""
        unfit = [v for v in by_size(one.subject.verdicts, self._bases) if v not in fit]
        if every or not fit:
            shown = unfit if every else unfit[:1]
            self.none += [NoWay(_name(one), verdict.reason) for verdict in shown]

    def _command(self, one: Made, base: str) -> str:
        words = ["linkcheck", "dockerfile", self._question.path, "--base", base]
        if one.recipe:
            words += ["--recipe", one.recipe]
        return shlex.join([*words, *self._question.flags()])

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
        """With its libc in scratch: from --from, else from where it runs and the files are here.

        That may be the image that it was built in.
        """
        elf = first.subject.facts.elf
        if elf is None or elf.interpreter is None:
            return
        question = self._question
        verdicts = by_size(first.subject.verdicts, self._bases)
        places = [(verdict.base,) for verdict in verdicts if verdict.answer == "runs"]
        if first.recipe and question.image:
            places.append((f"docker:{question.image}",))
        why = ""
        for sources in [question.sources] if question.sources else places:
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
            before = ["linkcheck", "matrix", program, "--recipe", first.recipe, "--out", _OUT]
            before += self._question.flags()
            program = str(_OUT / first.path.relative_to(self._folder / _BUILT))
        words = ["linkcheck", "bundle", program]
        words += [word for ref in sources for word in ("--from", ref)]
        command = shlex.join([*words, "--output", "image:NAME"])
        return f"{shlex.join(map(str, before))} && {command}" if before else command
