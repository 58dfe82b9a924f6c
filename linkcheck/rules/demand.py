"""What a rule about a policy is, and what it gets to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from linkcheck.model.facts import BinaryFacts
from linkcheck.model.gate import Ignore, Policy
from linkcheck.model.stageimage import Line
from linkcheck.model.verdicts import Finding, Level


class DemandContext(NamedTuple):
    """One target under a policy. `facts` is None where no program is at hand."""

    policy: Policy
    facts: BinaryFacts | None
    base: str
    unused: tuple[Ignore, ...] = ()
    broken: tuple[Ignore, ...] = ()


class DemandRule(NamedTuple):
    """As `Rule`, for demands; a finding comes with its line, or None for that of the program."""

    id: str
    name: str
    level: Level
    check: Callable[[DemandContext], Iterator[tuple[Finding, Line | None]]]
    page: str | None

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return (self.page or self.name).strip().splitlines()[0]
