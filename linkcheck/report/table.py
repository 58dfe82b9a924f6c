"""The table for people: reads well at 80 columns and in a pipe.

One program: what it is, where it runs and why not, what to do. Several: one line each first,
then the same details below. Builds: one line a recipe, then why each refusal.
"""

from __future__ import annotations

from linkcheck.advise.verdict import bare_reason
from linkcheck.model.report import Build, Failure, Report, Subject
from linkcheck.model.verdicts import Verdict
from linkcheck.report.advice import advice
from linkcheck.report.grid import Row, grid
from linkcheck.report.program import details, libc_name
from linkcheck.report.screen import Screen
from linkcheck.report.sheet import Line, image_size, sheet_of
from linkcheck.report.text import human_size, paint, paragraph, short_base
from linkcheck.report.trials import disagreements, outcome, starts

_FOR_IMAGES = 80  # columns from which on there is room for the images' sizes
_DETAILED = 20  # programs; beyond that nobody reads on, and the line in the table says most
_WORST = ("fails", "unknown", "degraded")
_SHORT = {"ca-certificates": "CA", "tmp": "/tmp"}


def render(report: Report, screen: Screen = Screen()) -> str:  # noqa: B008 -- frozen
    """The report as text with a final newline; control characters of names are spelled out."""
    blocks: list[list[str]] = []
    if report.builds is not None:
        blocks += _matrix(report, report.builds, screen)
    elif any(subject.trials for subject in report.subjects):
        blocks += _verified(report.subjects, screen)
    else:
        if len(report.subjects) > 1:
            blocks.append(_overview(report.subjects, screen))
        if len(report.subjects) <= _DETAILED:
            blocks += [details(subject, screen) for subject in report.subjects]
        else:
            blocks.append(
                [f"Details are shown for up to {_DETAILED} programs; JSON has all of them."]
            )
    if report.errors:
        blocks.append(_errors(report.errors, screen))
    return "\n".join("\n".join(line.rstrip() for line in block) + "\n" for block in blocks)


def _overview(subjects: tuple[Subject, ...], screen: Screen) -> list[str]:
    rows = [
        Row(
            (
                subject.facts.path,
                subject.facts.elf.linkage if subject.facts.elf else subject.facts.platform,
                libc_name(subject.facts),
                _smallest(subject),
            ),
            subject.verdicts,
        )
        for subject in subjects
    ]
    return grid(("program", "linkage", "libc", "smallest base"), rows, screen)


def _matrix(report: Report, builds: tuple[Build, ...], screen: Screen) -> list[list[str]]:
    lines = sheet_of(report).lines
    images = any(build.image_size for build in builds) and screen.width >= _FOR_IMAGES
    rows: list[Row] = []
    judged: list[tuple[str, Verdict]] = []
    excuses: list[str] = []
    remarks: dict[str, list[str]] = {}
    for line, build in zip(lines, builds, strict=True):
        name, subject = line.name, line.subject
        for remark in build.notes:
            remarks.setdefault(remark, []).append(name)
        if subject is None:
            rows.append(Row((name, build.status)))
            excuses += paragraph(f"{name} {build.status}: {line.cause}", screen, rest="    ")
            continue
        facts = subject.facts
        cells = (
            name,
            facts.elf.linkage if facts.elf else facts.format,
            libc_name(facts),
            facts.go.resolver if facts.go else "unknown",
            human_size(facts.size),
            _smallest(subject),
            *((image_size(build),) if images else ()),
        )
        rows.append(Row(cells, subject.verdicts, build.trials))
        judged += [(name, verdict) for verdict in subject.verdicts]
    names = [line.name for line in lines]
    heads: tuple[str, ...] = ("recipe", "linkage", "libc", "DNS", "size", "smallest base")
    heads += ("image",) if images else ()
    notes = [
        line
        for remark, about in remarks.items()
        for line in paragraph(f"{_all_or(about, names)}: {remark}", screen, rest="    ")
    ]
    if images:
        notes = [*paragraph(_about_images(builds), screen, rest="    "), *notes]
    blocks = [grid(heads, rows, screen), notes, excuses, _whys(judged, screen)]
    blocks.append(_advice(lines, screen))
    tried = [(line.name, line.subject.verdicts, line.trials) for line in lines if line.subject]
    blocks.append(outcome([trial for *_, trials in tried for trial in trials], screen))
    blocks.append(disagreements(tried, screen))
    return [block for block in blocks if block]


def _advice(lines: tuple[Line, ...], screen: Screen) -> list[str]:
    found = [said for one in advice(lines) for said in one.sentences()]
    told = [row for said in found for row in paragraph(said, screen, first="  ", rest="    ")]
    return [paint("advice", "bold", screen), *told] if told else []


def _about_images(builds: tuple[Build, ...]) -> str:
    measured = [build.image_measured for build in builds if build.image_size]
    how = "measured by making the image"
    if not all(measured):
        how = "the published size of the base and the program's, as an estimate (~)"
        how += "; the others were measured" if any(measured) else ""
    return f"image: bytes on the smallest base, {how}"


def _verified(subjects: tuple[Subject, ...], screen: Screen) -> list[list[str]]:
    """What `verify` saw: the starts of each program, and what was not as predicted."""
    blocks: list[list[str]] = []
    for subject in subjects:
        blocks.append(starts(subject, screen))
        tried = [(subject.facts.path, subject.verdicts, subject.trials)]
        blocks.append(outcome(subject.trials, screen))
        blocks.append(disagreements(tried, screen))
    return [block for block in blocks if block]


def _all_or(about: list[str], names: list[str]) -> str:
    return "all of them" if about == names and len(names) > 1 else ", ".join(about)


def _whys(judged: list[tuple[str, Verdict]], screen: Screen) -> list[str]:
    """Each reason once, the worst first, with the builds and bases that it holds for."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for name, verdict in judged:
        if verdict.answer != "runs":
            bases = found.setdefault((verdict.answer, bare_reason(verdict)), {})
            bases.setdefault(short_base(verdict.base), []).append(name)
    lines: list[str] = []
    for (answer, reason), bases in sorted(found.items(), key=lambda item: _WORST.index(item[0][0])):
        names = dict.fromkeys(name for names in bases.values() for name in names)
        head = f"{', '.join(names)} on {', '.join(bases)}: {answer}"
        lines += [paint(line, answer, screen) for line in paragraph(head, screen, rest="  ")]
        lines += paragraph(reason, screen, first="    ")
    return lines


def _smallest(subject: Subject) -> str:
    if subject.recommendation is None:
        return "-"
    added = "".join(f" +{_SHORT.get(thing, thing)}" for thing in subject.recommendation.add)
    return short_base(subject.recommendation.base) + added


def _errors(errors: tuple[Failure, ...], screen: Screen) -> list[str]:
    lines = [f"could not be judged: {len(errors)}"]
    for error in errors:
        text = error.message if error.path in error.message else f"{error.path}: {error.message}"
        lines += paragraph(text, screen, first="  ", rest="    ")
    return lines
