"""`--env`, `--tags`, `--ldflags` and `--buildvcs`: additions to every recipe of a run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace

from linkcheck.build.recipe_tables import RESERVED, Recipe
from linkcheck.errors import UsageError

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EXTLDFLAGS = ("-extldflags", "--extldflags")


@dataclass(frozen=True, slots=True)
class Extras:
    """Additions to each recipe."""

    env: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    ldflags: tuple[str, ...] = ()
    vcs: bool = False  # let Go stamp the revision into the program


def parse_extras(
    env: Iterable[str], tags: Iterable[str], ldflags: Iterable[str], *, vcs: bool = False
) -> Extras:
    """`K=V` texts, comma or space separated tags, and -ldflags texts as Extras.

    Raises UsageError for a text of another form, and for a variable that a recipe, a platform or
    a Go release stands for: a row would not be what its name says.
    """
    return Extras(
        env=tuple(_variable(text) for text in env),
        tags=tuple(tag for text in tags for tag in re.split(r"[,\s]+", text) if tag),
        ldflags=tuple(word for text in ldflags for word in _words(text)),
        vcs=vcs,
    )


def with_extras(recipe: Recipe, extras: Extras) -> Recipe:
    """`recipe` with the additions; under its name still, as all of a run have them."""
    return replace(
        recipe,
        env=tuple((dict(recipe.env) | dict(extras.env)).items()),
        tags=tuple(dict.fromkeys((*recipe.tags, *extras.tags))),
        ldflags=_joined(recipe.ldflags, extras.ldflags),
        flags=(*recipe.flags, *(("-buildvcs=true",) if extras.vcs else ())),
    )


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not _ENV_NAME.fullmatch(name):
        raise UsageError(f"--env {text!r} is no NAME=VALUE", next_step="write --env NAME=VALUE")
    if name == "CGO_ENABLED":
        raise UsageError(
            "--env CGO_ENABLED would make recipes other than their names say",
            next_step="take --recipe cgo-off",
        )
    if name in RESERVED:
        raise UsageError(f"--env {name} is chosen by linkcheck", next_step=f"use {RESERVED[name]}")
    return name, value


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UsageError(f"--ldflags {text!r}: {error}", next_step="close the quotation") from error


def _joined(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """Both; -extldflags as one, for Go takes the last alone, and a -static would be lost."""
    plain: list[str] = []
    external: list[str] = []
    words = iter((*first, *second))
    for word in words:
        name, equals, value = word.partition("=")
        if name in _EXTLDFLAGS:
            external.append(value if equals else next(words, ""))
        else:
            plain.append(word)
    return (*plain, "-extldflags", " ".join(external)) if external else tuple(plain)
