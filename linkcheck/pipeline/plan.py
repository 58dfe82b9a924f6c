"""What a matrix builds: every main package, in every recipe, for every platform."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from linkcheck.build.builder import Program
from linkcheck.build.extras import Extras, with_extras
from linkcheck.build.platforms import Platform, parse_platform
from linkcheck.build.recipes import Recipe, select_recipes
from linkcheck.build.remote import parse_remote
from linkcheck.build.source import Source, locate_all, others_below
from linkcheck.errors import UsageError

_RELEASE = re.compile(r"(?:go)?(?P<number>[0-9]+\.[0-9]+(?:\.[0-9]+)?(?:rc[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing to build."""

    program: Program
    recipe: Recipe
    platform: Platform

    @property
    def folder(self) -> Path:
        """Where its program goes, below the output folder."""
        return Path(self.platform.folder, self.recipe.name)

    @property
    def file(self) -> Path:
        """The program itself, below the output folder."""
        return self.folder / self.program.name


@dataclass(frozen=True, slots=True)
class Plan:
    """All axes of a matrix but Go's releases; no platform: the builder's own."""

    programs: tuple[Program, ...]
    recipes: tuple[Recipe, ...]
    platforms: tuple[Platform, ...]
    notices: tuple[str, ...] = ()

    def cells(self, own: Platform) -> tuple[Cell, ...]:
        """Every combination, in the order in which it is shown."""
        return tuple(
            Cell(program, recipe, platform)
            for platform in self.platforms or (own,)
            for program in self.programs
            for recipe in self.recipes
        )


def make_plan(
    source: Path | str,
    *,
    recipes: Sequence[str] = (),
    platforms: Sequence[str] = (),
    mains: Sequence[str] = (),
    extras: Extras = Extras(),  # noqa: B008 -- frozen
    own: Sequence[Recipe] = (),
) -> Plan:
    """What to build of `source`, a folder or `module/path[@version]`.

    `own` are the user's recipes; an empty sequence stands for what is usual. Raises InputError for
    a bad source, recipe, platform or main package.
    """
    chosen = tuple(with_extras(recipe, extras) for recipe in select_recipes(_split(recipes), own))
    targets = tuple(dict.fromkeys(parse_platform(text) for text in _split(platforms)))
    remote = None if Path(source).is_dir() else parse_remote(str(source))
    if remote is None:
        programs = locate_all(Path(source), mains, vcs=extras.vcs)
        return Plan(programs, chosen, targets, tuple(_notices(Path(source), programs, mains)))
    if mains:
        raise UsageError(
            "--main is for folders", next_step=f"name the package itself: {remote.path}/..."
        )
    return Plan((remote,), chosen, targets)


def go_releases(texts: Iterable[str]) -> tuple[str, ...]:
    """`1.26,1.27.3` as releases, without repeats. Raises UsageError for a text of another form."""
    found: list[str] = []
    for text in _split(texts):
        match = _RELEASE.fullmatch(text)
        if match is None:
            raise UsageError(f"{text!r} is no Go release", next_step="write --go 1.26,1.27.3")
        found.append(match["number"])
    return tuple(dict.fromkeys(found))


def _split(texts: Iterable[str]) -> list[str]:
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


def _notices(source: Path, programs: Sequence[Source], mains: Sequence[str]) -> list[str]:
    notices = [
        f"{program.folder} is in no module (no go.mod): built as before modules, with the "
        "standard library alone; `go mod init NAME` makes it one"
        for program in programs
        if program.mod is None
    ]
    others = () if mains else others_below(source, programs)
    if others:
        shown = ", ".join(others[:5]) + (", ..." if len(others) > 5 else "")
        notices.append(
            f"{source} is a main package, and is built alone; below it are {len(others)} more "
            f"({shown}): --main ./... builds all"
        )
    return notices
