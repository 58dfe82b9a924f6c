"""The details of one program: what it is, where it runs, what to do."""

from __future__ import annotations

from linkcheck.advise.verdict import bare_reason
from linkcheck.model.facts import BinaryFacts, GoFacts
from linkcheck.model.report import Subject
from linkcheck.model.verdicts import Answer, Finding, Recommendation, Verdict
from linkcheck.report.columns import GAP, columns
from linkcheck.report.screen import Screen
from linkcheck.report.text import human_size, paint, paragraph, plain, short_base, wrap

_PROOFS = 2  # pieces of evidence that are shown; all are in the JSON
_LEAST_WHY = 24  # columns that the reasons get, however long the names are


def details(subject: Subject, screen: Screen) -> list[str]:
    """The lines about one program."""
    lines = _header(subject, screen)
    if subject.verdicts:
        lines += ["", *_verdicts(subject.verdicts, screen)]
    if subject.recommendation is not None:
        lines += ["", *_recommendation(subject.recommendation, subject.verdicts, screen)]
    lines += _seen(subject.verdicts, screen)
    if subject.findings:
        lines += ["", "findings", *_findings(subject.findings, screen)]
    for verdict in subject.verdicts:
        if verdict.trace:
            lines += ["", plain(f"how {verdict.base} loads it")]
            lines += [f"  {plain(step)}" for step in verdict.trace]
    return lines


def libc_name(facts: BinaryFacts) -> str:
    """`glibc 2.34`, `musl`, `none` or `unknown`."""
    return f"{facts.libc.family} {facts.libc.minimum or ''}".rstrip()


def _header(subject: Subject, screen: Screen) -> list[str]:
    facts = subject.facts
    kind = facts.elf.linkage if facts.elf else {"macho": "Mach-O", "pe": "PE"}.get(facts.format, "")
    title = f"{facts.platform}, {kind}, {human_size(facts.size)}"
    lines = [paint(line, "bold", screen) for line in paragraph(facts.path, screen)]
    rows = [("kind", title)]
    if subject.sha256:
        rows.append(("sha256", subject.sha256))
    rows.append(("libc", _libc(facts)))
    if facts.elf and facts.elf.interpreter:
        rows.append(("loader", facts.elf.interpreter))
    needed = facts.elf.needed if facts.elf else facts.needed
    if needed:
        rows.append(("needed", ", ".join(needed)))
    if facts.go:
        rows.append(("Go", _go(facts.go)))
        if facts.go.cgo_packages:
            rows.append(("calls C", _callers(facts.go)))
    if facts.packer:
        rows.append(("packed", f"by {facts.packer}: the real program is hidden"))
    rows += [("gap", gap) for gap in facts.gaps]
    for key, value in rows:
        lines += paragraph(value, screen, first=f"  {key:<7}  ")
    return lines


def _libc(facts: BinaryFacts) -> str:
    libc = facts.libc
    text = libc.family if libc.minimum is None else f"{libc.family} {libc.minimum} or newer"
    if libc.minimum and libc.forced_by:
        text += f" (for {_some(libc.forced_by, 2)})"
    return text


def _go(go: GoFacts) -> str:
    parts = [go.version or "version unknown"]
    main = go.main.path if go.main else go.path
    if main:
        parts.append(main)
    parts.append(
        {
            "go": "looks host names up itself",
            "cgo": "looks host names up through libc",
            "none": "looks no host names up",
            "unknown": "host name lookup unknown",
        }[go.resolver]
    )
    return ", ".join(parts)


def _callers(go: GoFacts) -> str:
    return "; ".join(
        f"{p.package}{f' of {p.module}' if p.module not in (None, 'std') else ''}"
        f" ({_some(p.functions, 3)})"
        for p in go.cgo_packages
    )


def _verdicts(verdicts: tuple[Verdict, ...], screen: Screen) -> list[str]:
    """One row for all bases of one answer and reason."""
    groups: dict[tuple[Answer, str], list[str]] = {}
    for verdict in verdicts:
        alike = groups.setdefault((verdict.answer, bare_reason(verdict)), [])
        alike.append(plain(short_base(verdict.base)))
    longest = max(len(name) for names in groups.values() for name in [*names, "base"])
    longest = min(longest, screen.width - len("degraded") - 2 * GAP - _LEAST_WHY)
    why = screen.width - longest - len("degraded") - 2 * GAP
    rows = [
        [
            "\n".join(line for name in names for line in wrap(name, longest)),
            paint(answer, answer, screen),
            "\n".join(wrap(plain(reason), why)),
        ]
        for (answer, reason), names in groups.items()
    ]
    return columns(["base", "verdict", "why"], rows)


def _seen(verdicts: tuple[Verdict, ...], screen: Screen) -> list[str]:
    """Each error text once, with the bases that show it."""
    seen: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.error_text:
            seen.setdefault(verdict.error_text, []).append(short_base(verdict.base))
    lines: list[str] = []
    for text, bases in seen.items():
        lines += paragraph(", ".join(bases) + ":", screen, first="  ")
        for line in text.splitlines():
            lines += paragraph(line, screen, first="    ")
    return ["", "what you would see", *lines] if lines else []


def _findings(findings: tuple[Finding, ...], screen: Screen) -> list[str]:
    """Each rule's messages, and once below those that share them the evidence and the fix."""
    groups: dict[tuple[str, str, tuple[str, ...], str], list[str]] = {}
    for finding in findings:
        key = (finding.rule, finding.level, finding.evidence, finding.fix)
        groups.setdefault(key, []).append(finding.message)
    lines: list[str] = []
    for (rule, level, evidence, fix), messages in groups.items():
        tag = f"  {rule} {level}"
        color = {"error": "fails", "warning": "degraded"}.get(level, "dim")
        told = [paragraph(m, screen, first=f"{tag}  ", rest="    ") for m in messages]
        for message in told:
            message[0] = paint(tag, color, screen) + message[0].removeprefix(tag)
            lines += message
        for number, proof in enumerate(evidence[:_PROOFS]):
            lines += paragraph(proof, screen, first="    seen  " if number == 0 else " " * 10)
        if len(evidence) > _PROOFS:
            lines.append(f"{'':10}and {len(evidence) - _PROOFS} more")
        if fix:
            lines += paragraph(fix, screen, first="    fix   ")
    return lines


def _recommendation(
    recommendation: Recommendation, verdicts: tuple[Verdict, ...], screen: Screen
) -> list[str]:
    """The base under its full REF. Why smaller ones fall is said where no table row says it."""
    added = f" with {', '.join(recommendation.add)} added" if recommendation.add else ""
    head = f"smallest base: {recommendation.base}{added}"
    lines = [paint(line, "bold", screen) for line in paragraph(head, screen, rest="  ")]
    shown = {verdict.base for verdict in verdicts}
    if recommendation.base not in shown:
        for because in recommendation.because:
            lines += paragraph(_with_short_roots(because, shown), screen, first="  ", rest="    ")
    for other in recommendation.alternatives:
        lines += paragraph(_with_short_roots(other, shown), screen, first="  or ")
    return lines


def _with_short_roots(text: str, refs: set[str]) -> str:
    for ref in refs:
        if ref.startswith("dir:"):
            text = text.replace(ref, short_base(ref))
    return text


def _some(names: tuple[str, ...], limit: int) -> str:
    more = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {more} more" if more > 0 else "")
