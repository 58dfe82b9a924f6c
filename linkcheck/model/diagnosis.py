"""What `doctor` found of one tool that linkcheck makes use of."""

from __future__ import annotations

from typing import Literal, NamedTuple

State = Literal["ok", "missing", "broken"]


class Check(NamedTuple):
    """One tool: `found` is what there is of it, a version and a place each.

    `broken`: it is there and does not work; `trouble` then says why. `cost` is what can't be done
    without it, `mend` the command that brings it; both are empty where all is well.
    """

    name: str
    state: State
    found: tuple[str, ...] = ()
    trouble: str = ""
    cost: str = ""
    mend: str = ""
