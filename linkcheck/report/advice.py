"""What a matrix comes to: which build to ship on what, and what every other one would cost."""

from __future__ import annotations

from typing import NamedTuple

from linkcheck.advise.price import ABOUT_THE_BUILD
from linkcheck.report.sheet import Line, image_size, smallest_base
from linkcheck.report.text import human_size


class Step(NamedTuple):
    """Builds that end on the same base; `line` is the smallest of them."""

    names: tuple[str, ...]
    line: Line
    size: int


class Advice(NamedTuple):
    """For one program on one platform: the build to take, and the other steps by size."""

    best: Line
    steps: tuple[Step, ...]

    def sentences(self) -> tuple[str, ...]:
        """The advice in words, the best build first."""
        best, size = self.best, _size(self.best)
        said = [f"build {best.name} and ship it on {_where(best)}: image {_image(best)}"]
        for step in self.steps:
            more = step.size - size
            cost = f"{human_size(abs(more))} {'more' if more >= 0 else 'less'}"
            about = _warning(step.line)
            said.append(
                f"{', '.join(step.names)} on {_where(step.line)}: {_image(step.line)}, {cost}"
                + (f"; {about}" if about else "")
            )
        found = best.subject.recommendation if best.subject else None
        return (*said, *(f"or {way}" for way in (found.alternatives if found else ())))


def advice(lines: tuple[Line, ...]) -> tuple[Advice, ...]:
    """One for each program and platform of a matrix that has a build to ship."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        if line.build and line.build.shippable and _size(line):
            groups.setdefault((line.build.name, line.build.platform), []).append(line)
    return tuple(_of_group(group) for group in groups.values())


def _of_group(lines: list[Line]) -> Advice:
    """The smallest image wins, among builds that nothing is to be said against if there are any."""
    best = min(lines, key=lambda line: (bool(_warning(line)), _size(line)))
    rest: dict[str, list[Line]] = {}
    for line in lines:
        if line is not best:
            rest.setdefault(f"{_where(line)} {_warning(line)}", []).append(line)
    steps = []
    for alike in rest.values():
        smallest = min(alike, key=_size)
        steps.append(Step(tuple(line.name for line in alike), smallest, _size(smallest)))
    return Advice(best, tuple(sorted(steps, key=lambda step: step.size)))


def _size(line: Line) -> int:
    return (line.build.image_size if line.build else None) or 0


def _where(line: Line) -> str:
    return smallest_base(line.subject)


def _image(line: Line) -> str:
    return image_size(line.build) if line.build else "-"


def _warning(line: Line) -> str:
    """The rule that speaks against this build on its own smallest base, or ""."""
    against = line.subject.findings if line.subject else ()
    return next((f"see {f.rule}" for f in against if f.rule in ABOUT_THE_BUILD), "")
