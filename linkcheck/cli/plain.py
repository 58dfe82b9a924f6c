"""Flag values without pydantic.

typer 0.29 hands each value to pydantic, whose import takes longer than all of `analyze`. Our
flags are text, whole numbers, paths and lists of text, which need no such help. Where typer
keeps its converters elsewhere (before 0.29, or later again), its own way is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import typer
from typer.core import TyperCommand


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a whole number") from None


def _switch(text: str) -> bool:
    if text.lower() in ("1", "true", "t", "yes", "y", "on"):
        return True
    if text.lower() in ("0", "false", "f", "no", "n", "off", ""):
        return False
    raise typer.BadParameter(f"{text!r} is neither true nor false")


_CONVERTERS: Final[dict[object, Callable[[Any], Any]]] = {
    str: str,
    list[str]: str,
    Path: Path,
    int: _whole_number,
    bool: _switch,
}


class _Plain:
    """What typer calls a RuntimeParam: `coerce(value, param, ctx)`."""

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        self._convert = convert

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ARG002 -- typer's signature
        many = param.multiple or param.nargs == -1
        if value is None:
            return () if many else None
        return [self._convert(one) for one in value] if many else self._convert(value)


class PlainCommand(TyperCommand):
    """A command whose parameters convert their values themselves, where they can."""

    def get_params(self, ctx: Any) -> Any:  # noqa: D102 -- click's hook, also for --help
        return spare_pydantic(super().get_params(ctx))


def spare_pydantic(params: list[Any]) -> list[Any]:
    """The same click parameters, those of a known type with a plain converter."""
    for param in params:
        described = getattr(param, "type_descriptor", None)
        convert = _CONVERTERS.get(getattr(described, "annotation", None))
        if convert is not None and getattr(param, "_runtime_param", param) is None:
            param._runtime_param = _Plain(convert)
    return params
