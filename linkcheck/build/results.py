"""The results of one cell as a folder, as other machines hand them over."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from linkcheck.build.builder import BuiltBinary, NotBuilt, Outcome
from linkcheck.build.causes import explain_failure, tail
from linkcheck.build.platforms import Platform
from linkcheck.build.recipe_tables import Recipe
from linkcheck.errors import UsageError

CELL = "linkcheck-cell.json"
LOG = "linkcheck-build.log"
EXIT_CODE = "linkcheck-exit-code"
SECONDS = "linkcheck-seconds"
MAX_BYTES = 1 << 22


@dataclass(frozen=True, slots=True)
class Result:
    """What a cell was, and how it ended."""

    recipe: str
    platform: str
    name: str
    shippable: bool
    outcome: Outcome
    seconds: float


def cell_json(recipe: Recipe, platform: Platform, name: str) -> str:
    """What a cell is, to lie beside its results."""
    cell = {
        "schema_version": "1", "recipe": recipe.name, "platform": str(platform), "name": name,
        "cgo": recipe.cgo, "shippable": recipe.shippable,
    }  # fmt: skip
    return json.dumps(cell)


def read_result(folder: Path) -> Result:
    """The results in `folder`. Raises UsageError where they are not those of a cell."""
    try:
        cell = json.loads(_text(folder / CELL))
        recipe, platform, name = str(cell["recipe"]), str(cell["platform"]), str(cell["name"])
        cgo, shippable = bool(cell["cgo"]), bool(cell["shippable"])
        exit_code = int(_text(folder / EXIT_CODE))
        seconds = float(_text(folder / SECONDS))
        log = _text(folder / LOG)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{folder} holds no results of a build: {type(error).__name__}: {error}",
            next_step="name folders that `docker buildx bake` or `linkcheck matrix --out` wrote",
        ) from error
    program = folder / Path(name).name
    outcome: Outcome
    if exit_code == 0 and program.is_file():
        outcome = BuiltBinary(program, tail(log))
    elif exit_code == 0:
        outcome = NotBuilt("failed", "go ended well, but there is no program", tail(log))
    else:
        why = "no C compiler in the builder's image"
        outcome = explain_failure(log, exit_code, cgo=cgo, no_compiler=why)
    return Result(recipe, platform, name, shippable, outcome, seconds)


def _text(file: Path) -> str:
    with file.open("rb") as stream:
        return stream.read(MAX_BYTES).decode("utf-8", "replace")
