"""Go source compiled once, in the way in which its image will compile it, and judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from linkcheck.advise.price import is_another_program
from linkcheck.build.builder import Program
from linkcheck.build.extras import Extras, with_extras
from linkcheck.build.recipes import Recipe, select_recipes
from linkcheck.build.reuse import Store
from linkcheck.build.source import Source
from linkcheck.errors import MissingToolError, UsageError
from linkcheck.images.resolve import resolve_base
from linkcheck.model.report import Build, Subject
from linkcheck.pipeline.analyze import Analyzer
from linkcheck.pipeline.finalstage import final_stage
from linkcheck.pipeline.matrix import run_matrix
from linkcheck.pipeline.plan import Plan, make_plan
from linkcheck.ship.dockerfile import Stage

_ZONES_INSIDE = "timetzdata"  # Go's tag that links the time zones in (package time/tzdata)


@dataclass(frozen=True, slots=True)
class Wish:
    """What `dockerfile` is asked for.

    `path` is a program, a folder or `module/path[@version]`; `base` None is the recommended one;
    `image` is what compiles, None for the official one that fits; `own` are the user's recipes.
    """

    path: str
    base: str | None = None
    recipe: str | None = None
    mains: tuple[str, ...] = ()
    builder: str = "auto"
    image: str | None = None
    extras: Extras = Extras()  # noqa: RUF009 -- frozen
    own: tuple[Recipe, ...] = ()

    @property
    def only_for_source(self) -> tuple[str, ...]:
        """The flags that were given and say nothing of a finished program."""
        given = {
            "--recipe": self.recipe,
            "--main": self.mains,
            "--image": self.image,
            "--env": self.extras.env,
            "--tags": self.extras.tags,
            "--ldflags": self.extras.ldflags,
        }
        return tuple(flag for flag, value in given.items() if value)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A program with the recipe that made it, what is known of it, and the stage it goes into."""

    program: Program
    recipe: Recipe
    subject: Subject
    final: Stage


def programs_of(wish: Wish) -> tuple[Program, ...]:
    """The main packages that the wish means. Raises InputError, and UsageError outside a module."""
    programs = make_plan(wish.path, mains=wish.mains).programs
    for program in programs:
        if isinstance(program, Source) and program.mod is None:
            raise UsageError(
                f"{program.folder} is in no Go module", next_step="make one (`go mod init NAME`)"
            )
    return programs


def compiled(
    wish: Wish, program: Program, environ: Mapping[str, str], progress: Callable[[str], None]
) -> Compiled:
    """`program` built in the recipe that was asked for, else with cgo off, else with it on.

    Time zones that the base lacks are linked in where Go can do that. Raises UsageError where
    it does not compile or does not run on the base, MissingToolError without a compiler.
    """
    made = _in_a_recipe(wish, program, environ, progress)
    if "tzdata" not in made.final.add:
        return made
    extras = replace(wish.extras, tags=(*wish.extras.tags, _ZONES_INSIDE))
    fuller = replace(wish, recipe=made.recipe.name, extras=extras)
    again = _in_a_recipe(fuller, program, environ, progress)
    return again if "tzdata" not in again.final.add else made


def _in_a_recipe(
    wish: Wish, program: Program, environ: Mapping[str, str], progress: Callable[[str], None]
) -> Compiled:
    failed: list[Build] = []
    names = (wish.recipe,) if wish.recipe else ("cgo-off", _with_c(wish.base))
    for name in names:
        recipe = with_extras(_shippable(name, wish), wish.extras)
        build, subject = _built(wish, Plan((program,), (recipe,), ()), environ, progress)
        if subject is None:
            failed.append(build)
        elif wish.recipe or recipe.cgo or not is_another_program(subject):
            return Compiled(program, recipe, subject, final_stage(subject, wish.base))
    raise _not_built(wish, failed)


def _shippable(name: str, wish: Wish) -> Recipe:
    chosen = select_recipes((name,), wish.own)
    if len(chosen) != 1:
        raise UsageError(f"{name!r} is more than one recipe", next_step="name one --recipe")
    if not chosen[0].shippable:
        raise UsageError(
            f"recipe {name} is for tests only: not to be shipped", next_step="name another --recipe"
        )
    return chosen[0]


def _with_c(base: str | None) -> str:
    """The recipe for a program that calls C: for the libc of the base that was asked for."""
    libc = resolve_base(base).image.provides.libc if base else None
    return {"musl": "musl", "none": "musl-static"}.get(str(libc), "default")


def _built(
    wish: Wish, plan: Plan, environ: Mapping[str, str], progress: Callable[[str], None]
) -> tuple[Build, Subject | None]:
    analyzer = Analyzer((wish.base,) if wish.base else ())
    report = run_matrix(
        plan,
        builder=wish.builder,
        image=wish.image,
        out=None,
        bases=analyzer.bases,
        analyze=lambda path: _judged(analyzer, path),
        progress=progress,
        store=Store(environ),
    )
    (build,) = report.builds or ()
    return build, None if build.subject is None else report.subjects[build.subject]


def _judged(analyzer: Analyzer, path: Path) -> Subject:
    """Also on the base that is recommended: it may be none that was asked for."""
    subject = analyzer.subject(path)
    recommended = subject.recommendation.base if subject.recommendation else None
    if recommended is None or any(v.base == recommended for v in subject.verdicts):
        return subject
    more = Analyzer((recommended,)).subject(path).verdicts
    return subject._replace(verdicts=(*subject.verdicts, *more))


def _not_built(wish: Wish, failed: list[Build]) -> MissingToolError | UsageError:
    causes = (f"{build.recipe}: {build.cause or 'no reason was given'}" for build in failed)
    missing = all(build.status == "skipped" for build in failed)
    kind = MissingToolError if missing else UsageError
    return kind(
        f"{wish.path} can't be built as {'; nor as '.join(causes)}",
        next_step=f"see `linkcheck matrix {wish.path}`, or name another --recipe",
    )
