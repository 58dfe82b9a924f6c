"""Which bases a program is offered on, and what the image of each comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from linkcheck.model.provides import BaseImage
from linkcheck.model.report import ImageSize, Subject
from linkcheck.model.verdicts import Verdict
from linkcheck.rules.remedies import ADD_TO_IMAGE


class Made(NamedTuple):
    """One program: as it is (`recipe` ""), or as a recipe built it, for `libc` where it says so."""

    recipe: str
    path: Path
    subject: Subject
    sizes: tuple[ImageSize, ...] = ()
    libc: str = ""


class Offer(NamedTuple):
    """A base on which files at most are missing, and the bytes of the image there."""

    verdict: Verdict
    add: tuple[str, ...]
    size: int | None
    measured: bool


def offers(one: Made, bases: Mapping[str, BaseImage], count: int) -> list[Offer]:
    """The smallest base, the smallest on which nothing is missing, and `count` makers in all.

    `count` 0 is every base.
    """
    fit = [verdict for verdict in one.subject.verdicts if addable(verdict) is not None]
    fit.sort(key=lambda verdict: _size_of(bases[verdict.base]))
    chosen = _few(fit, bases, count) if count else fit
    return [
        Offer(verdict, addable(verdict) or (), *_image_size(one, bases[verdict.base]))
        for verdict in chosen
    ]


def addable(verdict: Verdict) -> tuple[str, ...] | None:
    """What would have to be added for it to run there, () for nothing; None: files don't help."""
    if verdict.answer == "runs":
        return ()
    kinds = tuple(dict.fromkeys(need.kind for need in verdict.unmet))
    if verdict.answer == "degraded" and all(kind in ADD_TO_IMAGE for kind in kinds):
        return kinds
    return None


def by_size(verdicts: Sequence[Verdict], bases: Mapping[str, BaseImage]) -> list[Verdict]:
    """The smallest base first, those of unknown size last."""
    return sorted(verdicts, key=lambda verdict: _size_of(bases[verdict.base]))


def _few(fit: Sequence[Verdict], bases: Mapping[str, BaseImage], count: int) -> list[Verdict]:
    complete = [verdict for verdict in fit if verdict.answer == "runs"][:1]
    chosen = list(dict.fromkeys([*fit[:1], *complete]))
    makers = {_maker(bases[v.base]) for v in chosen}
    for verdict in fit:
        maker = _maker(bases[verdict.base])
        if len(makers) < count and verdict.answer == "runs" and maker not in makers:
            makers.add(maker)
            chosen.append(verdict)
    return chosen


def _maker(base: BaseImage) -> str:
    """`gcr.io/distroless` or `debian`: its other images differ in what they bring along."""
    folder, _, _ = base.name.rpartition("/")
    return folder or base.name.partition(":")[0]


def _size_of(base: BaseImage) -> float:
    return base.provides.size if isinstance(base.provides.size, int) else float("inf")


def _image_size(one: Made, base: BaseImage) -> tuple[int | None, bool]:
    """Measured where an engine holds the base; else the base's own size and the program's."""
    for image in one.sizes:
        if image.base == base.ref:
            return image.size, True
    size = base.provides.size
    return (size + one.subject.facts.size if isinstance(size, int) else None), False
