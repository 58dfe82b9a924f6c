"""Flags that several commands share: declared once, so that they mean the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from linkcheck.report import FORMATS


def _known_format(value: str) -> str:
    if value not in FORMATS:
        raise typer.BadParameter(f"{value!r} is not one of {', '.join(FORMATS)}")
    return value


def _table_or_json(value: str) -> str:
    if value not in ("table", "json"):
        raise typer.BadParameter(f"{value!r} is not one of table, json")
    return value


ProgramOrSource = Annotated[
    str,
    typer.Argument(
        metavar="PATH|SOURCE",
        help="A program, the folder of a Go program, or module/path[@version].",
    ),
]
Bases = Annotated[
    Optional[list[str]],  # noqa: UP045 -- typer reads it at run time
    typer.Option(
        "--base",
        metavar="REF",
        envvar="LINKCHECK_BASE",
        help="A base: a name (see `linkcheck bases`), dir:PATH, docker:NAME or registry:NAME; "
        "again for more.",
    ),
]
Format = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="|".join(FORMATS),
        envvar="LINKCHECK_FORMAT",
        callback=_known_format,
        help="How the result is written.",
    ),
]
Output = Annotated[
    Optional[Path],  # noqa: UP045 -- typer reads it at run time
    typer.Option(
        "--output",
        metavar="FILE",
        envvar="LINKCHECK_OUTPUT",
        help="Write the result there, whole or not at all.",
    ),
]
TableOrJson = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="table|json",
        envvar="LINKCHECK_FORMAT",
        callback=_table_or_json,
        help="How the result is written.",
    ),
]
Env = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        metavar="NAME=VALUE",
        envvar="LINKCHECK_ENV",
        help="A variable for every build; again for more.",
    ),
]
Tags = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        metavar="TAGS",
        envvar="LINKCHECK_TAGS",
        help="Build tags for every build, on top of the recipe's.",
    ),
]
Ldflags = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        metavar="FLAGS",
        envvar="LINKCHECK_LDFLAGS",
        help="Linker flags for every build, on top of the recipe's.",
    ),
]
