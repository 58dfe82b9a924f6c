"""docs/projects.md, from what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tools.projects.catalog import PROJECTS, SUITE, Project
from tools.projects.measure import Built
from tools.testbed import cache

MARKS = {"runs": "✓", "degraded": "~", "fails": "✗", "unknown": "?"}


@dataclass(frozen=True, slots=True)
class Setting:
    """What the measurement was made with."""

    date: str
    versions: Mapping[str, str]  # project -> Debian's version
    builders: Mapping[str, str]  # "docker" -> what it said of itself
    bases: Sequence[str]
    images: Sequence[str]


def page(rows: Sequence[Built], setting: Setting) -> str:
    """The whole page."""
    return (
        "\n".join([*_head(rows, setting), *_projects(rows, setting), *_tables(rows, setting)])
        + "\n"
    )


def summary(rows: Sequence[Built]) -> list[str]:
    """The figures, one a line."""
    starts = [start for row in rows for start in row.starts]
    tried = [start for start in starts if start.trial.observed != "error"]
    wrong = [start for start in starts if start.disagreement]
    built = [row for row in rows if row.status == "ok"]
    engine = sum(start.engine for start in starts)
    return [
        f"{len(built)} builds of {len({row.project for row in rows})} projects, "
        f"{len(rows) - len(built)} that could not be made",
        f"{len(starts)} starts, {engine} of them in images of a Docker Engine, the others in root "
        "file systems under bubblewrap",
        f"{sum(start.trial.observed == 'started' for start in tried)} started, "
        f"{sum(start.trial.observed == 'refused' for start in tried)} were refused",
        f"{len(wrong)} not as predicted (each predicted from the base's own files and from the "
        "catalog)",
    ]


def _head(rows: Sequence[Built], setting: Setting) -> Iterator[str]:
    yield "# Real projects"
    yield ""
    yield f"Written by `python -m tools.projects` on {setting.date}: Go programs out of Debian"
    yield f"{SUITE}, built in every recipe without a network, and each build started in real bases."
    yield ""
    for line in summary(rows):
        yield f"* {line}"
    yield ""
    for name, described in setting.builders.items():
        yield f"The {name} builder was {described}."
    yield ""


def _projects(rows: Sequence[Built], setting: Setting) -> Iterator[str]:
    yield "| Project | Debian's version | What it is here for | Built | Seconds in all |"
    yield "| --- | --- | --- | --- | --- |"
    for project in _projects_of(rows):
        mine = [row for row in rows if row.project == project.name]
        ok = [row for row in mine if row.status == "ok"]
        seconds = sum(row.seconds for row in mine)
        yield (
            f"| {project.name} | {setting.versions[project.name]} | {project.about} | "
            f"{len(ok)} of {len(mine)} | {seconds:.0f} |"
        )
    yield ""
    yield "Seconds are those of builds beside each other on one machine, with one build cache."
    yield ""


def _projects_of(rows: Iterable[Built]) -> list[Project]:
    names = {row.project for row in rows}
    return [project for project in PROJECTS if project.name in names]


def _tables(rows: Sequence[Built], setting: Setting) -> Iterator[str]:
    yield "✓ runs, ~ starts and misses something at run time, ✗ is refused; **bold** where it was"
    yield "started in an image of the engine as well. `!` marks what was not as predicted."
    for project in _projects_of(rows):
        yield ""
        yield f"## {project.name}"
        yield ""
        shown = [*setting.bases]
        yield f"| Builder | Recipe | s | MB | Linked | {' | '.join(shown)} |"
        yield f"| --- | --- | --- | --- | --- |{' --- |' * len(shown)}"
        broken = []
        for row in (row for row in rows if row.project == project.name):
            if row.subject is None:
                broken.append(f"* {row.recipe} ({row.builder}): {row.status}: {_plain(row.reason)}")
                continue
            yield _row(row, shown)
        if broken:
            yield ""
            yield from broken
        wrong = [
            f"* {row.recipe} ({row.builder}) in {start.base}: {_plain(start.disagreement)}"
            for row in rows
            if row.project == project.name
            for start in row.starts
            if start.disagreement
        ]
        if wrong:
            yield ""
            yield from wrong


def _row(row: Built, bases: Sequence[str]) -> str:
    assert row.subject is not None
    facts = row.subject.facts
    libc = f"{facts.libc.family} {facts.libc.minimum or ''}".strip()
    linkage = facts.elf.linkage if facts.elf else facts.format
    linked = f"{linkage}, {libc}" if facts.libc.family != "none" else linkage
    cells = []
    for base in bases:
        found = [start for start in row.starts if start.base == base]
        mark = MARKS[found[0].verdict.answer] if found else ""
        if any(start.engine for start in found):
            mark = f"**{mark}**"
        cells.append(mark + "!" * any(start.disagreement for start in found))
    start = (
        f"| {row.builder} | {row.recipe} | {row.seconds:.1f} | {facts.size / 1e6:.1f} | {linked} "
    )
    return start + "| " + " | ".join(cells) + " |"


def _plain(text: str) -> str:
    return text.replace(f"{cache.root()}/", "").replace("|", "\\|")[:300]
