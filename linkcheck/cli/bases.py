"""`linkcheck bases`."""

from __future__ import annotations

from typing import Annotated, Optional

import typer


def run(
    ref: Annotated[
        Optional[str],  # noqa: UP045 -- typer reads it at run time
        typer.Argument(metavar="REF", help="One base in full: a known name or dir:PATH."),
    ] = None,
) -> None:
    """Show what base images provide: every known one, smallest first, or one in full."""
    from linkcheck.cli.output import emit, screen_for
    from linkcheck.images.catalog import load_catalog
    from linkcheck.images.resolve import resolve_base
    from linkcheck.report.bases import card, table

    screen = screen_for(None)
    if ref is not None:
        emit(card(resolve_base(ref).image, screen))
        return
    emit(table([base.image(base.name) for base in load_catalog().bases], screen))
