"""The build variants: `recipes.toml` as frozen values, checked when they are loaded."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from linkcheck.errors import CatalogError, UsageError

KNOWN_NEEDS = frozenset({"cc"})
_NAME = re.compile(r"[a-z0-9][a-z0-9.+-]*")
_ENV_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_KEYS = frozenset({"description", "env", "tags", "ldflags", "flags", "needs", "shippable"})


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to call `go build`."""

    name: str
    description: str
    env: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    ldflags: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    shippable: bool = True

    @property
    def cgo(self) -> bool:
        """Whether packages that call C take part in the build."""
        return dict(self.env).get("CGO_ENABLED") == "1"


@cache
def known_recipes() -> tuple[Recipe, ...]:
    """The recipes that linkcheck ships, in the order of the file. Raises CatalogError."""
    return parse_recipes(files("linkcheck.build").joinpath("recipes.toml").read_text("utf-8"))


def select_recipes(names: Iterable[str]) -> tuple[Recipe, ...]:
    """The recipes of those names, in the order given and without repeats; all where none is named.

    Raises UsageError for a name that there is not, with the list of those that there are.
    """
    known = {recipe.name: recipe for recipe in known_recipes()}
    wanted = tuple(dict.fromkeys(names))
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"there is no recipe {name!r}", next_step=f"take one of {', '.join(known)}"
            )
    return tuple(known[name] for name in wanted) or known_recipes()


def parse_recipes(text: str) -> tuple[Recipe, ...]:
    """The recipes of a TOML text. Raises CatalogError that names the table and what is wrong."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"recipes: {error}") from error
    return tuple(_recipe(name, table) for name, table in tables.items())


def _recipe(name: str, table: object) -> Recipe:
    if not _NAME.fullmatch(name):
        raise CatalogError(f"recipe {name!r}: a name is lower-case letters, digits, '-', '.', '+'")
    if not isinstance(table, Mapping):
        raise CatalogError(f"recipe {name!r}: expected a table")
    if unknown := sorted(set(table) - _KEYS):
        raise CatalogError(f"recipe {name!r}: unknown key {unknown[0]!r}")
    description = table.get("description")
    if not isinstance(description, str) or not description:
        raise CatalogError(f"recipe {name!r}: description is missing")
    shippable = table.get("shippable", True)
    if not isinstance(shippable, bool):
        raise CatalogError(f"recipe {name!r}: shippable is true or false")
    needs = frozenset(_strings(name, "needs", table))
    if needs - KNOWN_NEEDS:
        raise CatalogError(f"recipe {name!r}: needs may only name {', '.join(KNOWN_NEEDS)}")
    return Recipe(
        name=name,
        description=description,
        env=_env(name, table.get("env")),
        tags=_strings(name, "tags", table),
        ldflags=_strings(name, "ldflags", table),
        flags=_strings(name, "flags", table),
        needs=needs,
        shippable=shippable,
    )


def _env(name: str, value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        raise CatalogError(f"recipe {name!r}: env is missing")
    for key, setting in value.items():
        if not _ENV_NAME.fullmatch(key) or not isinstance(setting, str):
            raise CatalogError(f'recipe {name!r}: env.{key} must be NAME = "text"')
    if value.get("CGO_ENABLED") not in {"0", "1"}:
        raise CatalogError(f'recipe {name!r}: env.CGO_ENABLED must be "0" or "1"')
    return tuple(value.items())


def _strings(name: str, key: str, table: Mapping[str, object]) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise CatalogError(f"recipe {name!r}: {key} is a list of texts")
    return tuple(value)
