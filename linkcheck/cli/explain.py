"""`linkcheck explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from linkcheck.explain import Found
    from linkcheck.rules.pages import AnyRule


def run(
    what: Annotated[
        str,
        typer.Argument(
            metavar='RULE|"TEXT"', help="A rule's id (LC101) or name, or an error text in quotes."
        ),
    ],
) -> None:
    """Show the page of a rule, or what an error text means: cause, how to see it, what to do."""
    from linkcheck.cli.output import emit
    from linkcheck.explain import explain_text

    rule = _rule(what)
    if rule is not None:
        page = (rule.page or rule.name).strip()
        emit(f"{rule.id} {rule.name} ({rule.level})\n\n{page}\n")
        return
    found = explain_text(what)
    if found is None:
        _refuse(what)
        return
    emit(_text_page(found))


def _rule(wanted: str) -> AnyRule | None:
    from linkcheck.rules.pages import ALL_RULES

    name = wanted.strip().lower()
    return next((r for r in ALL_RULES.values() if name in (r.id.lower(), r.name.lower())), None)


def _text_page(found: Found) -> str:
    from linkcheck.rules.pages import ALL_RULES

    text = found.text
    lines = [] if found.sure else [f"Not known to the letter; nearest: {text.examples[0]}", ""]
    lines += [text.title, "", "## What it means", "", text.cause]
    lines += ["", "## How to see it", "", *(f"    {line}" for line in text.see.split("; "))]
    lines += ["", "## Fix", "", text.fix]
    if text.rules:
        lines += ["", "## Rules that foretell it", ""]
        lines += [f"* {rule}: {ALL_RULES[rule].summary}" for rule in text.rules]
    return "\n".join(lines) + "\n"


def _refuse(wanted: str) -> None:
    from difflib import get_close_matches

    from linkcheck.errors import UsageError
    from linkcheck.rules.pages import ALL_RULES

    if " " in wanted.strip():
        raise UsageError(
            "that error text is not known",
            next_step="run `linkcheck analyze PROGRAM --base REF`, which foretells those that are",
        )
    known = list(ALL_RULES)
    near = get_close_matches(wanted.upper(), known, n=3) or known
    raise UsageError(f"there is no rule {wanted!r}", next_step=f"try one of {', '.join(near)}")
