"""What the formats that are looked at share: lines (a build or a program) by bases."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

from linkcheck.advise.verdict import bare_reason
from linkcheck.model.report import Build, Report, Subject, Trial
from linkcheck.model.verdicts import Answer, Verdict
from linkcheck.report.screen import Screen
from linkcheck.report.text import human_size, short_base
from linkcheck.report.trials import outcome

OBSERVED: Final = {"started": "started", "refused": "refused", "error": "not tried"}
ANSWERS: Final[tuple[Answer, ...]] = ("runs", "degraded", "fails", "unknown")
_WORST: Final = ("fails", "unknown", "degraded", "runs")


class Line(NamedTuple):
    """One build or one program; without `subject` there is only the reason, `cause`."""

    name: str
    build: Build | None
    subject: Subject | None
    trials: tuple[Trial, ...] = ()
    cause: str = ""

    def verdict(self, base: str) -> Verdict | None:
        """Its verdict on one base."""
        found = self.subject.verdicts if self.subject else ()
        return next((verdict for verdict in found if verdict.base == base), None)

    def image_on(self, base: str) -> int | None:
        """The measured bytes of its image on one base."""
        found = self.build.image_sizes if self.build else ()
        return next((image.size for image in found if image.base == base), None)

    def recommends(self, base: str) -> bool:
        """Whether this is its smallest base."""
        found = self.subject.recommendation if self.subject else None
        return found is not None and found.base == base

    def trial(self, base: str) -> Trial | None:
        """What was seen of it on one base."""
        return next((trial for trial in self.trials if trial.base == base), None)

    def seen(self, base: str) -> str:
        """What was observed there in words, or ""."""
        trial = self.trial(base)
        return OBSERVED[trial.observed] if trial is not None else ""

    @property
    def status(self) -> str:
        """How its build ended; programs that were not built here have none."""
        return self.build.status if self.build is not None else ""


class Reason(NamedTuple):
    """Why an answer is not `runs`, with the names of the lines on each base it holds for."""

    answer: Answer
    text: str
    error_text: str | None
    fix: str
    where: dict[str, list[str]]

    def place(self) -> str:
        """`default, pie on alpine:3.23; netgo on scratch`."""
        alike: dict[tuple[str, ...], list[str]] = {}
        for base, names in self.where.items():
            alike.setdefault(tuple(names), []).append(short_base(base))
        return "; ".join(
            f"{', '.join(names)} on {', '.join(bases)}" for names, bases in alike.items()
        )


class Sheet(NamedTuple):
    """The whole report, ready to be laid out; `head` is what a line is: recipe or program."""

    head: str
    bases: tuple[str, ...]
    lines: tuple[Line, ...]

    def tally(self) -> list[tuple[Answer, int]]:
        """How many cells there are of each answer that occurs."""
        found = Counter(
            verdict.answer
            for line in self.lines
            if line.subject
            for verdict in line.subject.verdicts
        )
        return [(answer, found[answer]) for answer in ANSWERS if found[answer]]


def sheet_of(report: Report) -> Sheet:
    """The lines of a report in its order, and every base that any of them was judged on."""
    lines = _builds(report) if report.builds is not None else _programs(report)
    bases = dict.fromkeys(
        verdict.base for line in lines if line.subject for verdict in line.subject.verdicts
    )
    return Sheet("recipe" if report.builds is not None else "program", tuple(bases), lines)


def reasons(lines: tuple[Line, ...]) -> list[Reason]:
    """Each reason once, the worst first."""
    found: dict[tuple[Answer, str, str | None, str], Reason] = {}
    for line in lines:
        for verdict in line.subject.verdicts if line.subject else ():
            if verdict.answer == "runs":
                continue
            key = (verdict.answer, bare_reason(verdict), verdict.error_text, verdict.fix)
            reason = found.setdefault(key, Reason(*key, {}))
            reason.where.setdefault(verdict.base, []).append(line.name)
    return sorted(found.values(), key=lambda reason: _WORST.index(reason.answer))


def starts(sheet: Sheet) -> list[str]:
    """How many programs started as predicted, and why some were not tried; nothing if none was."""
    return outcome([trial for line in sheet.lines for trial in line.trials], Screen(width=10_000))


def title(report: Report) -> str:
    """One phrase: `hello: 6 builds on 5 bases`."""
    sheet = sheet_of(report)
    bases = f"{len(sheet.bases)} base{'' if len(sheet.bases) == 1 else 's'}"
    if report.builds is not None:
        names = list(dict.fromkeys(build.name for build in report.builds if build.name))
        about = names[0] if len(names) == 1 else f"{len(names)} programs" if names else "a program"
        count = len(report.builds)
        return f"{about}: {count} build{'' if count == 1 else 's'} on {bases}"
    if len(report.subjects) == 1:
        return f"{report.subjects[0].facts.path} on {bases}"
    return f"{len(report.subjects)} programs on {bases}"


def smallest_base(subject: Subject | None) -> str:
    """`static-debian13 with tzdata added`, or a dash."""
    if subject is None or subject.recommendation is None:
        return "-"
    added = subject.recommendation.add
    return short_base(subject.recommendation.base) + (
        f" with {', '.join(added)} added" if added else ""
    )


def image_size(build: Build) -> str:
    """The size of its image on the smallest base, `~` before an estimate."""
    if not build.image_size:
        return "-"
    return f"{'' if build.image_measured else '~'}{human_size(build.image_size)}"


def kind(subject: Subject) -> str:
    """`dynamic, glibc 2.34`: how it is linked, and against which libc."""
    facts = subject.facts
    linkage = facts.elf.linkage if facts.elf else {"macho": "Mach-O"}.get(facts.format, "PE")
    if facts.libc.family == "none":
        return linkage
    return f"{linkage}, {facts.libc.family} {facts.libc.minimum or ''}".rstrip()


def _programs(report: Report) -> tuple[Line, ...]:
    return tuple(
        Line(subject.facts.path, None, subject, subject.trials) for subject in report.subjects
    )


def _builds(report: Report) -> tuple[Line, ...]:
    builds = report.builds or ()
    return tuple(
        Line(
            name,
            build,
            None if build.subject is None else report.subjects[build.subject],
            build.trials,
            _cause(build),
        )
        for name, build in zip(build_names(builds), builds, strict=True)
    )


def build_names(builds: tuple[Build, ...]) -> list[str]:
    """The recipes, with program, platform and Go version where the builds differ in them."""
    several_platforms = len({build.platform for build in builds}) > 1
    several_go = len({build.go for build in builds if build.go}) > 1
    several_programs = len({build.name for build in builds}) > 1
    return [
        (f"{build.name} " if several_programs and build.name else "")
        + build.recipe
        + (f" {build.platform}" if several_platforms else "")
        + (f" {build.go}" if several_go and build.go else "")
        for build in builds
    ]


def _cause(build: Build) -> str:
    """Why it was not built: the first line of the log (`pipeline.matrix.run_matrix`)."""
    if build.subject is not None:
        return ""
    return build.cause or "no reason given"
