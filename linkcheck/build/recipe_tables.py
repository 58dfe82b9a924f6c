"""A recipe read from a TOML table, and what can be wrong with one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

Libc: TypeAlias = Literal["", "glibc", "musl"]
KNOWN_NEEDS = frozenset({"cc"})
KNOWN_LIBCS = ("glibc", "musl")
# linkcheck chooses these itself, so that rows are what their names say
RESERVED = {
    "GOOS": "--platform",
    "GOARCH": "--platform",
    "GOTOOLCHAIN": "--go",
    "GOROOT": "--go",
}
_NAME = re.compile(r"[a-z0-9][a-z0-9.+-]*")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEYS = (
    "description", "env", "tags", "ldflags", "flags", "needs", "libc", "aliases", "shippable",
    "default",
)  # fmt: skip


class BadRecipeError(ValueError):
    """A table that is no recipe; the text names the recipe, the key and what is wrong."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to call `go build`.

    `libc` is the C library that the name promises, or "" for the compiler's own.
    """

    name: str
    description: str
    env: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    ldflags: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    shippable: bool = True
    libc: Libc = ""
    aliases: tuple[str, ...] = ()
    by_default: bool = True

    @property
    def cgo(self) -> bool:
        """Whether packages that call C take part in the build."""
        return dict(self.env).get("CGO_ENABLED") == "1"

    @property
    def static(self) -> bool:
        """Whether the C compiler is asked to link its libraries in."""
        return any("-static" in word for flag in self.ldflags for word in flag.split())


def recipe_from(name: str, table: object) -> Recipe:
    """The recipe of one table. Raises BadRecipeError."""
    if not _NAME.fullmatch(name):
        raise BadRecipeError(
            f"recipe {name!r}: a name is lower-case letters, digits, '-', '.', '+'"
        )
    if not isinstance(table, Mapping):
        raise BadRecipeError(f"recipe {name!r}: expected a table")
    if unknown := sorted(set(table) - set(_KEYS)):
        raise BadRecipeError(
            f"recipe {name!r}: unknown key {unknown[0]!r}: use {', '.join(sorted(_KEYS))}"
        )
    description = table.get("description")
    if not isinstance(description, str) or not description:
        raise BadRecipeError(f"recipe {name!r}: description is missing")
    needs = frozenset(_strings(name, "needs", table))
    if needs - KNOWN_NEEDS:
        raise BadRecipeError(f"recipe {name!r}: needs may only name {', '.join(KNOWN_NEEDS)}")
    return Recipe(
        name=name,
        description=description,
        env=_env(name, table.get("env")),
        tags=_strings(name, "tags", table),
        ldflags=_strings(name, "ldflags", table),
        flags=_strings(name, "flags", table),
        needs=needs,
        shippable=_switch(name, "shippable", table),
        libc=_libc(name, table),
        aliases=_strings(name, "aliases", table),
        by_default=_switch(name, "default", table),
    )


def _env(name: str, value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        raise BadRecipeError(f"recipe {name!r}: env is missing")
    for key, setting in value.items():
        if not _ENV_NAME.fullmatch(key) or not isinstance(setting, str):
            raise BadRecipeError(f'recipe {name!r}: env.{key} must be NAME = "text"')
        if key in RESERVED:
            raise BadRecipeError(f"recipe {name!r}: env.{key} is chosen by {RESERVED[key]}")
    if value.get("CGO_ENABLED") not in {"0", "1"}:
        raise BadRecipeError(f'recipe {name!r}: env.CGO_ENABLED must be "0" or "1"')
    return tuple(value.items())


def _libc(name: str, table: Mapping[str, object]) -> Libc:
    value = table.get("libc", "")
    if value not in ("", *KNOWN_LIBCS):
        raise BadRecipeError(f"recipe {name!r}: libc is one of {', '.join(KNOWN_LIBCS)}")
    return cast(Libc, value)


def _switch(name: str, key: str, table: Mapping[str, object]) -> bool:
    value = table.get(key, True)
    if not isinstance(value, bool):
        raise BadRecipeError(f"recipe {name!r}: {key} is true or false")
    return value


def _strings(name: str, key: str, table: Mapping[str, object]) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise BadRecipeError(f"recipe {name!r}: {key} is a list of texts")
    return tuple(value)
