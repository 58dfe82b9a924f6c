"""`linkcheck explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from linkcheck.rules import Rule


def run(
    rule: Annotated[
        str, typer.Argument(metavar="RULE", help="A rule's id (LC101) or name, as in a report.")
    ],
) -> None:
    """Show the page of a rule: what it looks for, why it matters, and what to do."""
    from linkcheck.cli.output import emit

    found = _find(rule)
    page = (found.page or found.name).strip()
    emit(f"{found.id} {found.name} ({found.level})\n\n{page}\n")


def _find(wanted: str) -> Rule:
    from linkcheck.errors import UsageError
    from linkcheck.rules import RULES

    for rule in RULES:
        if wanted.lower() in (rule.id.lower(), rule.name.lower()):
            return rule
    if " " in wanted.strip():
        raise UsageError(
            "error texts can't be explained yet, only rules",
            next_step="run `linkcheck analyze PROGRAM --base REF`, which foretells them",
        )
    from difflib import get_close_matches

    known = [rule.id for rule in RULES]
    near = get_close_matches(wanted.upper(), known, n=3) or known
    raise UsageError(f"there is no rule {wanted!r}", next_step=f"try one of {', '.join(near)}")
