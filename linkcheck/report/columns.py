"""Columns of text: the only place that knows tabulate."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

GAP = 2  # columns between two columns
_COLOR = re.compile(r"\x1b\[[0-9;]*m")


def columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table under a ruled head. Cells may hold line breaks and colours.

    The head is given to tabulate as a row: under a head of its own it pads each column by two.
    """
    cells = [*rows, heads]
    rule = ["-" * max(_width(row[n]) for row in cells) for n in range(len(heads))]
    table = _tabulate()(
        [list(heads), rule, *map(list, rows)],
        tablefmt="plain",
        disable_numparse=True,
        preserve_whitespace=True,
    )
    return [line.rstrip() for line in table.splitlines()]


def _width(cell: str) -> int:
    return max((len(_COLOR.sub("", line)) for line in cell.splitlines()), default=0)


def _tabulate() -> Callable[..., str]:
    """tabulate's function, without the 30 ms in which tabulate 0.10 looks up its own version.

    It imports importlib.metadata (and with it email, socket and zipfile) for that alone, which
    costs more than all else that a table needs: a stand-in answers for the time of the import.
    """
    if "tabulate" not in sys.modules and "importlib.metadata" not in sys.modules:
        stand_in: Any = ModuleType("importlib.metadata")
        stand_in.version = lambda _name: "unknown"
        stand_in.PackageNotFoundError = ModuleNotFoundError
        sys.modules["importlib.metadata"] = stand_in
        try:
            import tabulate  # noqa: PLC0415
        finally:
            del sys.modules["importlib.metadata"]
    import tabulate  # noqa: PLC0415

    return tabulate.tabulate
