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
    """Whether that verdict foretold what was observed; None where that can't be told.

    It foretold nothing, or an emulator's crash says nothing of it.
    """
    foretold = foretells_start(answer)
    if foretold is None or (observed.emulator and observed.outcome == "crashed"):
        return None
    return foretold == observed.started
