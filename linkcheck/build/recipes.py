"""The build variants: `recipes.toml`, the user's own, and which of them to take."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from linkcheck.build.recipe_tables import BadRecipeError, Recipe, recipe_from
from linkcheck.errors import CatalogError, UsageError

__all__ = ["Recipe", "known_recipes", "parse_recipes", "select_recipes", "user_recipes"]
ALL = "all"


@cache
def known_recipes() -> tuple[Recipe, ...]:
    """The recipes that linkcheck ships, in the order of the file. Raises CatalogError."""
    return parse_recipes(files("linkcheck.build").joinpath("recipes.toml").read_text("utf-8"))


def select_recipes(names: Iterable[str], own: Iterable[Recipe] = ()) -> tuple[Recipe, ...]:
    """The recipes of those names, in the order given and without repeats.

    None named: those that are built by default, and the user's `own`. "all": every one.
    Raises UsageError for a name that there is not, with the list of those that there are.
    """
    known = (*known_recipes(), *own)
    by_name = {name: recipe for recipe in known for name in (recipe.name, *recipe.aliases)}
    chosen: list[Recipe] = []
    for name in names:
        if name == ALL:
            chosen += known
        elif name in by_name:
            chosen.append(by_name[name])
        else:
            raise UsageError(
                f"there is no recipe {name!r}",
                next_step=f"take all, or some of {', '.join(recipe.name for recipe in known)}",
            )
    return tuple(dict.fromkeys(chosen)) or tuple(r for r in known if r.by_default)


def parse_recipes(text: str) -> tuple[Recipe, ...]:
    """The recipes of a TOML text. Raises CatalogError that names the table and what is wrong."""
    try:
        return tuple(recipe_from(name, table) for name, table in tomllib.loads(text).items())
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"recipes: {error}") from error
    except BadRecipeError as error:
        raise CatalogError(str(error)) from error


def user_recipes(tables: object, where: str) -> tuple[Recipe, ...]:
    """The user's own recipes, from the `[recipe.NAME]` tables of the file `where`.

    What such a table leaves out is filled in: cgo on, and a plain description.
    Raises UsageError that names the file, the recipe and the key.
    """
    if not isinstance(tables, Mapping):
        raise UsageError(f"{where}: 'recipe' is not a table", next_step="write [recipe.NAME]")
    taken = {name for recipe in known_recipes() for name in (recipe.name, *recipe.aliases)}
    made: list[Recipe] = []
    for name, table in tables.items():
        try:
            recipe = recipe_from(name, _filled_in(table, where))
        except BadRecipeError as error:
            raise UsageError(f"{where}: {error}", next_step="mend that table") from error
        for used in (recipe.name, *recipe.aliases):
            if used in taken or used == ALL:
                raise UsageError(
                    f"{where}: recipe {name!r}: linkcheck has a recipe {used!r} of its own"
                    if used != ALL
                    else f"{where}: recipe {name!r}: {ALL!r} stands for every recipe",
                    next_step="name it otherwise",
                )
            taken.add(used)
        made.append(recipe)
    return tuple(made)


def _filled_in(table: object, where: str) -> object:
    if not isinstance(table, Mapping):
        return table
    env = table.get("env", {})
    return {
        "description": f"of {where}",
        **table,
        "env": {"CGO_ENABLED": "1", **env} if isinstance(env, Mapping) else env,
    }
