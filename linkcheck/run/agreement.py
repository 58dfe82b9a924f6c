"""What it means for a prediction and a start to agree."""

from __future__ import annotations

from linkcheck.model.verdicts import Answer
from linkcheck.run.observation import Observation


def foretells_start(answer: Answer) -> bool | None:
    """Whether that verdict says that the program's own code runs; None where it says nothing.

    `degraded` does: what it then misses at run time, it misses after its start.
    """
    return None if answer == "unknown" else answer in ("runs", "degraded")


def agrees(answer: Answer, observed: Observation) -> bool | None:
    """Whether that verdict foretold what was observed; None where it foretold nothing."""
    foretold = foretells_start(answer)
    return None if foretold is None else foretold == observed.started
