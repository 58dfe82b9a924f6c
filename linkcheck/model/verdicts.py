"""Needs minus provides: what happens to one program on one base."""

from __future__ import annotations

from typing import Literal, NamedTuple

from linkcheck.model.needs import Need, NeedKind

Answer = Literal["runs", "degraded", "fails", "unknown"]
Level = Literal["error", "warning", "note"]


class Refusal(NamedTuple):
    """Why kernel or loader would not start the program (or why that can't be told).

    `reason` is one sentence for the report; `error_text` is what the user would see,
    with the program as `/app`, or None where it can't be predicted.
    """

    kind: NeedKind
    value: str
    reason: str
    error_text: str | None = None


class LoadResult(NamedTuple):
    """What the loader model says of one program over one view of a base.

    `refusals` in the order in which the loader would meet them; `error_text` is all that it
    would print. `doubts` are what could not be told. `late` is what the start does not notice
    and a later call dies of (lazy binding). `trace` is every path considered, in order.
    """

    refusals: tuple[Refusal, ...] = ()
    doubts: tuple[Refusal, ...] = ()
    late: tuple[Refusal, ...] = ()
    error_text: str | None = None
    trace: tuple[str, ...] = ()
    loaded: tuple[str, ...] = ()  # paths of the libraries in breadth-first order


class Verdict(NamedTuple):
    """The answer for one base, as given by REF."""

    base: str
    answer: Answer
    unmet: tuple[Need, ...]
    reason: str
    error_text: str | None = None
    fix: str = ""
    trace: tuple[str, ...] = ()


class Finding(NamedTuple):
    """What one rule has to say about one program."""

    rule: str
    level: Level
    message: str
    evidence: tuple[str, ...] = ()
    fix: str = ""


class Recommendation(NamedTuple):
    """The smallest base that suffices, and the ways to a smaller one."""

    base: str
    because: tuple[str, ...]
    add: tuple[str, ...] = ()  # what to add to `base`: "ca-certificates", "tzdata", ...
    alternatives: tuple[str, ...] = ()
