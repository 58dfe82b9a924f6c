"""The source that `ways` is asked about, built in each recipe that could need less of a base."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from linkcheck.advise.price import is_another_program
from linkcheck.build.extras import Extras
from linkcheck.build.recipes import Recipe
from linkcheck.build.reuse import Store
from linkcheck.errors import UsageError
from linkcheck.model.ways import NoWay
from linkcheck.pipeline.analyze import Analyzer
from linkcheck.pipeline.matrix import run_matrix
from linkcheck.pipeline.offers import Made
from linkcheck.pipeline.plan import make_plan
from linkcheck.pipeline.sizes import Sizes
from linkcheck.run.runner import SECONDS

USUAL: Final = "default"
# the usual build, then what makes a program need less of a base; equal sizes come in this order
RECIPES: Final = (USUAL, "cgo-off", "netgo", "static-glibc", "musl-static", "musl")


class Question(NamedTuple):
    """What `ways` is asked: a program or Go source, and where to look.

    `path` is a file, a folder or `module/path[@version]`. No `bases` are the usual ones; `sources`
    are REFs that a bundle may be taken from; `own` are the user's recipes.
    """

    path: str
    bases: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    main: str | None = None
    builder: str = "auto"
    image: str | None = None
    extras: Extras = Extras()
    own: tuple[Recipe, ...] = ()
    arguments: tuple[str, ...] = ()
    seconds: float = SECONDS

    def flags(self) -> list[str]:
        """What was said of the build, for a command that builds the same."""
        given = [("--main", self.main), ("--image", self.image)]
        given += [("--env", f"{name}={value}") for name, value in self.extras.env]
        given += [("--tags", ",".join(self.extras.tags))]
        given += [("--ldflags", " ".join(self.extras.ldflags))]
        return [word for flag, value in given if value for word in (flag, value)]


def built(
    question: Question,
    analyzer: Analyzer,
    sizes: Sizes,
    folder: Path,
    none: list[NoWay],
    environ: Mapping[str, str],
    progress: Callable[[str], None],
) -> list[Made]:
    """The program in each recipe, the usual one first, below `folder`.

    What can't be built, or is only a stub of the program, is added to `none`. Raises what
    `make_plan` and `run_matrix` raise, and UsageError where nothing is left.
    """
    plan = make_plan(
        question.path,
        recipes=(*RECIPES, *(recipe.name for recipe in question.own if recipe.shippable)),
        mains=(question.main,) if question.main else (),
        extras=question.extras,
        own=question.own,
    )
    if len(plan.programs) > 1:
        names = ", ".join(program.name for program in plan.programs)
        raise UsageError(
            f"{question.path} has several programs: {names}", next_step="name one with --main"
        )
    report = run_matrix(
        plan,
        builder=question.builder,
        image=question.image,
        out=folder,
        bases=analyzer.bases,
        analyze=analyzer.subject,
        progress=progress,
        store=Store(environ),
        measure=sizes.measure,
    )
    recipes = {recipe.name: recipe for recipe in plan.recipes}
    made = []
    for build in report.builds or ():
        if build.subject is None or build.path is None:
            none.append(NoWay(build.recipe, build.cause or "no reason was given"))
            continue
        recipe, subject = recipes[build.recipe], report.subjects[build.subject]
        if lost := is_another_program(subject):
            none.append(NoWay(build.recipe, lost))
            continue
        path = Path(build.path)
        made.append(Made(recipe.name, path, subject, build.image_sizes, recipe.libc))
    if not made:
        raise UsageError(
            f"{question.path} can't be built: {none[0].what}: {none[0].why}",
            next_step="see `linkcheck matrix`",
        )
    return made
