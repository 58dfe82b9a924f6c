"""JUnit XML, as Jenkins, GitLab and Azure read it: a suite a target, a case a rule that found."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from linkcheck.model.gate import GateFinding, GateReport, TargetResult
from linkcheck.report.gate_words import verdict_word
from linkcheck.report.screen import Screen
from linkcheck.report.text import plain


def render(report: GateReport, screen: Screen = Screen()) -> str:  # noqa: ARG001, B008 -- frozen; every format takes it
    """The report. New errors and warnings fail their case where they stop the target."""
    suites = [_suite(target) for target in report.targets]
    if report.errors:
        lines = [f'  <testsuite name="inputs" tests="{len(report.errors)}" failures="0"'
                 f' errors="{len(report.errors)}" skipped="0">']  # fmt: skip
        for error in report.errors:
            lines += [
                f'    <testcase classname="linkcheck" name={attr(error.path)}>',
                f"      <error message={attr(error.message)}/>",
                "    </testcase>",
            ]
        suites.append([*lines, "  </testsuite>"])
    body = [line for suite in suites for line in suite]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="linkcheck">'
    return "\n".join([head, *body, "</testsuites>"]) + "\n"


def _suite(target: TargetResult) -> list[str]:
    cases: list[str] = []
    failures = skipped = 0
    for finding in target.findings:
        name = f"{finding.rule} {finding.at.path}:{finding.at.line}"
        cases.append(f"    <testcase classname={attr(target.name)} name={attr(name)}>")
        if finding.state != "new":
            skipped += 1
            why = finding.reason or "known before"
            cases.append(f"      <skipped message={attr(why)}/>")
        elif finding.level == "error" or (not target.passed and finding.level == "warning"):
            failures += 1
            cases.append(_failure(finding))
        else:
            cases.append(f"      <system-out>{text(_words(finding))}</system-out>")
        cases.append("    </testcase>")
    count = len(target.findings) + 1
    verdict = f"    <testcase classname={attr(target.name)} name={attr(verdict_word(target))}/>"
    head = (
        f'  <testsuite name={attr(target.name)} tests="{count}" failures="{failures}" errors="0" '
        f'skipped="{skipped}">'
    )
    return [head, verdict, *cases, "  </testsuite>"]


def _failure(finding: GateFinding) -> str:
    return (
        f'      <failure type="{finding.level}" message={attr(finding.message)}>'
        f"{text(_words(finding))}</failure>"
    )


def _words(finding: GateFinding) -> str:
    lines = [f"{finding.level}: {finding.message}", *finding.evidence]
    return "\n".join([*lines, f"fix: {finding.fix}"] if finding.fix else lines)


def attr(value: str) -> str:
    """A quoted attribute of XML 1.0."""
    return quoteattr(plain(value))


def text(value: str) -> str:
    """Text of an element; control characters, which XML can't hold, are spelled out."""
    lines = (plain(line) for line in value.splitlines())
    return "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
