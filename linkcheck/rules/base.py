"""What a rule is, and what it gets to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from linkcheck.model.facts import BinaryFacts
from linkcheck.model.needs import Need, NeedKind
from linkcheck.model.provides import BaseImage
from linkcheck.model.verdicts import Finding, Level, Verdict


class RuleContext(NamedTuple):
    """One program, what it needs, and its verdicts; `asked` holds the REFs that the user named."""

    facts: BinaryFacts
    needs: tuple[Need, ...]
    verdicts: tuple[tuple[BaseImage, Verdict], ...]
    asked: frozenset[str] = frozenset()

    def needs_of(self, *kinds: NeedKind) -> tuple[Need, ...]:
        """The needs of these kinds."""
        return tuple(need for need in self.needs if need.kind in kinds)

    def fails_where_asked(self) -> bool:
        """Whether a base that the user named refuses the program."""
        return any(v.answer == "fails" for base, v in self.verdicts if base.ref in self.asked)


class Rule(NamedTuple):
    """A stable id, a name, the highest level that its findings take, and its page of documentation.

    `page` is the docstring of the rule's module: a summary line, then sections in Markdown.
    """

    id: str
    name: str
    level: Level
    check: Callable[[RuleContext], Iterator[Finding]]
    page: str | None  # None under python -OO

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return (self.page or self.name).strip().splitlines()[0]
