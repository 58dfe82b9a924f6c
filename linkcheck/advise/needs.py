"""Everything that a program wants from a base, from its own bytes alone."""

from __future__ import annotations

from linkcheck.advise.cneeds import c_run_needs
from linkcheck.advise.goneeds import go_run_needs
from linkcheck.advise.loadneeds import load_needs
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.needs import Need


def needs_of(facts: BinaryFacts) -> tuple[Need, ...]:
    """All needs of `facts`, those of kernel and loader first, in the order in which they bite.

    Individual dynamic symbols are not listed, as a program has hundreds: the loader model looks
    each of them up and names the missing ones. Raises nothing.
    """
    needs = [*load_needs(facts), *go_run_needs(facts)]
    told_by_go = {need.kind for need in needs if need.when == "run"}
    needs += [
        need for need in c_run_needs(facts) if need.kind not in told_by_go or _is_library(need)
    ]
    return tuple(needs)


def _is_library(need: Need) -> bool:
    return need.kind == "library"
