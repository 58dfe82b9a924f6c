"""The ways out for a program that needs a libc, each with what it costs."""

from __future__ import annotations

from typing import Literal, NamedTuple

from linkcheck.model.report import Trial
from linkcheck.model.verdicts import Answer

WayKind = Literal["base", "bundle", "rebuild"]


class Way(NamedTuple):
    """One image that would start: what to do for it, its size in bytes, and its price in words.

    `add` are need kinds or sonames that the base lacks. `size` is an estimate unless `measured`.
    `trial` is the start in that base, None where there was none, for the reason `untried`.
    """

    kind: WayKind
    name: str  # "as it is", "bundle", or the recipe
    what: str
    base: str
    answer: Answer
    size: int | None
    measured: bool = False
    add: tuple[str, ...] = ()
    price: tuple[str, ...] = ()
    command: str = ""
    trial: Trial | None = None
    untried: str = ""


class NoWay(NamedTuple):
    """What was looked at and leads nowhere."""

    what: str
    why: str


class Ways(NamedTuple):
    """All ways for one program, the smallest image first."""

    program: str
    ways: tuple[Way, ...]
    none: tuple[NoWay, ...] = ()
