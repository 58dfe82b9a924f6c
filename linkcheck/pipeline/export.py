"""A plan for other machines: a docker-bake file, or a matrix for GitHub Actions."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from linkcheck.build.bake import BakeCell, bake_file
from linkcheck.build.builder_image import default_ref
from linkcheck.build.invocation import passed_on
from linkcheck.build.platforms import linux_platform
from linkcheck.build.source import Source
from linkcheck.errors import UsageError
from linkcheck.pipeline.collect import REPORT
from linkcheck.pipeline.plan import Cell, Plan


@dataclass(frozen=True, slots=True)
class Export:
    """A plan with what else a command line said of it."""

    plan: Plan
    source: str
    go: Sequence[str]
    image: str | None
    out: Path | None
    flags: Sequence[str]  # of `linkcheck matrix`, for every cell
    environ: Mapping[str, str]


def export(kind: str, wanted: Export) -> str:
    """The text of the plan. Raises UsageError for a kind that there is not."""
    if kind not in PLANS:
        raise UsageError(f"there is no plan {kind!r}", next_step=f"take {' or '.join(PLANS)}")
    return PLANS[kind](wanted)


def _bake(wanted: Export) -> str:
    cells = []
    for release in wanted.go or (None,):
        folder = wanted.out or Path("linkcheck-out")
        folder = folder / f"go{release}" if release and len(wanted.go) > 1 else folder
        for cell in wanted.plan.cells(linux_platform()):
            dest = folder / cell.folder
            if len(wanted.plan.programs) > 1:
                dest /= cell.program.name
            image = wanted.image or default_ref(release)
            suffix = f"go{release}" if len(wanted.go) > 1 else ""
            cells.append(
                BakeCell(cell.program, cell.recipe, cell.platform, image, dest.absolute(), suffix)
            )
    return bake_file(cells, passed_on(wanted.environ))


def _github(wanted: Export) -> str:
    """For `strategy: matrix: ${{ fromJSON(...) }}`: each job runs `command` and keeps `folder`."""
    jobs = []
    for release in wanted.go or (None,):
        for cell in wanted.plan.cells(linux_platform()):
            parts = (cell.program.name, cell.recipe.name, cell.platform.folder, release or "")
            folder = "-".join(filter(None, parts))
            jobs.append(
                {
                    "name": folder,
                    "recipe": cell.recipe.name,
                    "platform": str(cell.platform),
                    "go": release or "stable",
                    "folder": folder,
                    "command": shlex.join(_command(wanted, cell, release, folder)),
                }
            )
    return json.dumps({"include": jobs}, indent=2) + "\n"


def _command(wanted: Export, cell: Cell, release: str | None, folder: str) -> list[str]:
    command = ["linkcheck", "matrix", wanted.source, "--recipe", cell.recipe.name]
    command += ["--platform", str(cell.platform)]
    if isinstance(cell.program, Source):
        top = Path(wanted.source).resolve()
        command += ["--main", cell.program.folder.relative_to(top).as_posix()]
    if release:
        command += ["--go", release]
    output = ["--out", folder, "--format", "json", "--output", f"{folder}/{REPORT}"]
    return [*command, *wanted.flags, *output]


PLANS: Final[Mapping[str, Callable[[Export], str]]] = {"bake": _bake, "github": _github}
