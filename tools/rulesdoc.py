"""Write docs/rules.md from the rules' own pages: `python -m tools.rulesdoc [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from linkcheck.rules.pages import ALL_RULES, AnyRule

TARGET = Path(__file__).parent.parent / "docs" / "rules.md"

_HEAD = """\
# Rules

Generated from the rules themselves by `python -m tools.rulesdoc`; `linkcheck explain RULE` prints
the same pages.

The level is the highest that a rule reports. What only concerns bases that were not named with
`--base` is told as a note, all such bases together. Rules from LC500 on are those of
`linkcheck gate`: LC5xx about Dockerfiles, LC6xx about its policy.
"""


def main(arguments: Sequence[str]) -> int:
    """Write the page, or with `--check` only tell (exit code 1) that it is out of date."""
    text = rules_page(tuple(ALL_RULES.values()))
    if "--check" in arguments:
        current = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
        if current != text:
            print(f"{TARGET.name} is out of date: run `python -m tools.rulesdoc`", file=sys.stderr)
        return int(current != text)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    return 0


def rules_page(rules: Sequence[AnyRule]) -> str:
    """All pages as one Markdown document, with a table in front."""
    rows = [f"| [{r.id}](#{_anchor(r)}) | {r.name} | {r.level} | {r.summary} |" for r in rules]
    table = ["| Id | Name | Level | Summary |", "| --- | --- | --- | --- |", *rows]
    return "\n".join([_HEAD, *table, "", *(_section(rule) for rule in rules)])


def _anchor(rule: AnyRule) -> str:
    return f"{rule.id.lower()}-{rule.name}"


def _section(rule: AnyRule) -> str:
    """The page one heading level further down."""
    body = (rule.page or "").strip().replace("\n## ", "\n### ")
    return f"## {rule.id} {rule.name}\n\n{body}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
