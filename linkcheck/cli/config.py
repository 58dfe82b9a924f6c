"""`.linkcheck.toml`: flags that a project always wants, found from the working directory upwards.

A table a command, a key a flag: `[analyze]` with `base = ["alpine:3.23"]` stands for
`linkcheck analyze --base alpine:3.23`, and `[image.build]` is the one of `linkcheck image build`.
The command line and `LINKCHECK_*` win over it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from linkcheck.errors import UsageError

if TYPE_CHECKING:
    from linkcheck.build.recipes import Recipe

FILE_NAME: Final = ".linkcheck.toml"
_TABLES_INSIDE: Final = {"image": frozenset({"build"})}  # commands of two words


def find_config(start: Path) -> Path | None:
    """The nearest `.linkcheck.toml` in `start` or a folder above it, or None."""
    for folder in (start, *start.parents):
        path = folder / FILE_NAME
        if path.is_file():
            return path
    return None


def defaults_for(
    command: str, parameters: Iterable[Any], path: Path | None = None
) -> dict[str, Any]:
    """Defaults for `command` by parameter name, as click's `default_map` wants them.

    `parameters` are the click parameters of the command, `path` the file, where it is not the
    nearest. Raises UsageError where the file can't be read or has a table, key or value that no
    flag takes.
    """
    path = path or _found()
    if path is None:
        return {}
    table: Any = _read(path)
    for word in command.split():
        table = table.get(word, {})
        if not isinstance(table, Mapping):
            raise UsageError(f"{path}: {word!r} is not a table", next_step=f"write [{word}]")
    options = {p.opts[0].lstrip("-"): p for p in parameters if p.param_type_name == "option"}
    options.pop("help", None)
    defaults = {}
    for key, value in table.items():
        if key in _TABLES_INSIDE.get(command, ()):
            continue
        option = options.get(key.replace("_", "-"))
        if option is None:
            raise UsageError(
                f"{path}: [{command}] has no flag {key!r}",
                next_step=f"use one of {', '.join(sorted(options))}",
            )
        defaults[option.name] = _checked(path, command, key, value, option)
    return defaults


def read_config(path: Path | None = None) -> tuple[Path, dict[str, Any]] | None:
    """The file at `path`, or the nearest one, with its tables; None where there is none.

    Raises UsageError where it can't be read.
    """
    path = path or _found()
    return (path, _read(path)) if path else None


def own_recipes() -> tuple[Recipe, ...]:
    """The user's recipes, `[recipe.NAME]`. Raises UsageError that names the file and the key."""
    from linkcheck.build.recipes import user_recipes

    path = _found()
    tables = _read(path).get("recipe") if path else None
    return user_recipes(tables, str(path)) if tables is not None else ()


def _found() -> Path | None:
    try:
        return find_config(Path.cwd())
    except OSError:  # the working directory is gone or closed to us: then there is no file either
        return None


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} can't be read: {error}", next_step="mend or remove it") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {error}", next_step="mend that line") from error


def _checked(path: Path, command: str, key: str, value: object, option: Any) -> object:
    """`value` if the flag takes it: a list for a repeatable one, true or false for a switch."""
    where = f"{path}: [{command}] {key}"
    if option.multiple:
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(v, str) for v in values):
            raise UsageError(f"{where} is no list of strings", next_step='write key = ["..."]')
        return values
    if option.is_flag:
        if not isinstance(value, bool):
            raise UsageError(f"{where} is a switch", next_step="write true or false")
        return value
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UsageError(f"{where} takes one value", next_step='write key = "..."')
    return str(value)
