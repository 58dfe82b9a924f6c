"""What becomes of each cell of a matrix, for who draws it; the sentences go another way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from linkcheck.pipeline.plan import Cell

State = Literal["waiting", "building", "ok", "unchanged", "failed", "skipped", "judging"]


class CellEvent(NamedTuple):
    """One step of one cell. All of a matrix are `waiting` once before anything else happens.

    `text` is the sentence that is told as progress too, "" for steps that are not.
    May come from any thread.
    """

    name: str
    state: State
    seconds: float = 0.0
    text: str = ""


Watch: TypeAlias = Callable[[CellEvent], None]


def unwatched(_: CellEvent) -> None:
    """A `Watch` for nobody."""


def cell_names(cells: Sequence[Cell]) -> dict[Cell, str]:
    """The recipes, with program and platform where the cells differ in them."""
    programs = len({cell.program for cell in cells}) > 1
    platforms = len({cell.platform for cell in cells}) > 1
    return {
        cell: " ".join(
            (
                *((cell.program.name,) if programs else ()),
                cell.recipe.name,
                *((str(cell.platform),) if platforms else ()),
            )
        )
        for cell in cells
    }
