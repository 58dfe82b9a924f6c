"""The details of each program, folded: what it is, what the rules say, how to a smaller base."""

from __future__ import annotations

from linkcheck.model.facts import BinaryFacts
from linkcheck.model.report import Subject
from linkcheck.model.verdicts import Finding
from linkcheck.report.page.markup import Markup, block, element, join
from linkcheck.report.sheet import Line, Sheet, kind
from linkcheck.report.text import human_size

_LEVELS = {"error": "fails", "warning": "degraded", "note": "unknown"}


def cards(sheet: Sheet) -> Markup:
    """One <details> a line; the only one is open."""
    alone = len(sheet.lines) == 1
    return join([_card(line, opened=alone) for line in sheet.lines])


def _card(line: Line, *, opened: bool) -> Markup:
    about = kind(line.subject) if line.subject else line.build.status if line.build else ""
    summary = element("summary", element("strong", line.name), f" {about}" if about else "")
    parts = _program(line.subject) if line.subject else []
    parts += _build(line)
    return element("details", summary, *parts, open=opened)


def _program(subject: Subject) -> list[Markup]:
    parts = [_list(_facts(subject.facts, subject.sha256))]
    if subject.recommendation is not None:
        recommended = subject.recommendation
        added = f" with {', '.join(recommended.add)} added" if recommended.add else ""
        ways = [element("li", f"or {other}") for other in recommended.alternatives]
        because = [element("li", reason) for reason in recommended.because]
        parts.append(element("h3", f"Smallest base: {recommended.base}{added}"))
        if because or ways:
            parts.append(element("ul", *because, *ways))
    if subject.findings:
        parts.append(element("h3", "Findings"))
        parts.append(element("ul", *map(_finding, subject.findings), class_="findings"))
    for verdict in subject.verdicts:
        if verdict.trace:
            parts.append(element("h3", f"How {verdict.base} loads it"))
            parts.append(block("\n".join(verdict.trace)))
    return parts


def _facts(facts: BinaryFacts, sha256: str | None) -> list[tuple[str, str]]:
    rows = [("path", facts.path), ("platform", facts.platform), ("size", human_size(facts.size))]
    libc = facts.libc
    forced = f" (for {', '.join(libc.forced_by)})" if libc.forced_by else ""
    rows.append(("libc", f"{libc.family} {libc.minimum or ''}".rstrip() + forced))
    if facts.elf and facts.elf.interpreter:
        rows.append(("loader", facts.elf.interpreter))
    rows.append(("needed", ", ".join(facts.elf.needed if facts.elf else facts.needed)))
    if facts.go:
        main = facts.go.main.path if facts.go.main else facts.go.path
        rows.append(("Go", f"{facts.go.version or 'version unknown'} {main or ''}".rstrip()))
        rows.append(("DNS", facts.go.resolver))
        called = (
            f"{p.package}{f' of {p.module}' if p.module not in (None, 'std') else ''}"
            f" ({', '.join(p.functions)})"
            for p in facts.go.cgo_packages
        )
        rows.append(("calls C", "; ".join(called)))
    rows.append(("packed by", facts.packer or ""))
    rows.append(("sha256", sha256 or ""))
    return [*rows, *(("gap", gap) for gap in facts.gaps)]


def _build(line: Line) -> list[Markup]:
    build = line.build
    if build is None:
        return []
    rows = [("go", build.go or ""), ("target", build.platform)]
    rows += [("built in", f"{build.seconds:.1f} s"), ("kept as", build.path or "")]
    parts = [element("h3", "Build"), _list([*rows, *(("note", note) for note in build.notes)])]
    return [*parts, block(build.log_tail)] if build.log_tail.strip() else parts


def _finding(finding: Finding) -> Markup:
    return element(
        "li",
        element("span", f"{finding.rule} {finding.level}", class_=f"chip {_LEVELS[finding.level]}"),
        f" {finding.message}",
        element("ul", *(element("li", element("code", proof)) for proof in finding.evidence))
        if finding.evidence
        else "",
        element("p", element("strong", "Fix: "), finding.fix) if finding.fix else "",
    )


def _list(rows: list[tuple[str, str]]) -> Markup:
    shown = [(key, value) for key, value in rows if value]
    return element(
        "dl",
        *(element("div", element("dt", key), element("dd", value)) for key, value in shown),
    )
