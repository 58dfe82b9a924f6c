"""Findings that someone accepts, with a reason: `# linkcheck ignore=LC501 reason`."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from linkcheck.model.gate import GateFinding, Ignore
from linkcheck.model.stageimage import Line

if TYPE_CHECKING:
    from linkcheck.model.dockerfile import Dockerfile

_INLINE: Final = re.compile(r"linkcheck[: ]\s*ignore=(?P<rules>\S*)(?P<rest>.*)\Z")
_UNTIL: Final = re.compile(r"\s*until=(\S*)")
_RULE: Final = re.compile(r"LC\d{3}\Z")


def inline_ignores(dockerfile: Dockerfile, today: date) -> tuple[Ignore, ...]:
    """Those in the comments of a Dockerfile.

    One above an instruction, or inside of it, is about that instruction; one before the first
    instruction is about the whole file.
    """
    spans = sorted(
        (one.line, one.end_line)
        for one in (
            *dockerfile.leading,
            *(stage.origin for stage in dockerfile.stages),
            *(one for stage in dockerfile.stages for one in stage.instructions),
        )
    )
    ignores = []
    for number, text in dockerfile.comments:
        found = _INLINE.match(text)
        if found is None:
            continue
        first, last = next((span for span in spans if span[1] >= number), (number, number))
        if spans and number < spans[0][0]:
            first = last = 0
        at = Line(dockerfile.path, number, number)
        rest, until = found["rest"], ""
        if dated := _UNTIL.match(rest):
            until, rest = dated[1], rest[dated.end() :]
        rules = tuple(rule for rule in found["rules"].upper().split(",") if rule)
        ignores.append(checked(Ignore(rules, rest.strip(), until, at, first, last), today))
    return tuple(ignores)


def checked(ignore: Ignore, today: date) -> Ignore:
    """The ignore with the `problem` that keeps it from being honoured, if there is one."""
    problem = ""
    if not ignore.rules or not all(_RULE.match(rule) for rule in ignore.rules):
        problem = "it names no rule: write ignore=LC501"
    elif not ignore.reason:
        problem = "it gives no reason: write one after the rule"
    elif ignore.until:
        try:
            last = date.fromisoformat(ignore.until)
        except ValueError:
            problem = f"{ignore.until!r} is no date: write until=2030-12-31"
        else:
            if last < today:
                problem = f"it ended on {ignore.until}"
    return ignore._replace(problem=problem)


def apply_ignores(
    findings: Sequence[GateFinding], ignores: Sequence[Ignore]
) -> tuple[tuple[GateFinding, ...], tuple[Ignore, ...]]:
    """The findings with those marked that are accepted, and the ignores that matched one."""
    used: dict[Ignore, None] = {}
    marked = []
    for finding in findings:
        ignore = next((one for one in ignores if _covers(one, finding)), None)
        if ignore is None:
            marked.append(finding)
            continue
        used[ignore] = None
        marked.append(finding._replace(state="ignored", reason=ignore.reason))
    return tuple(marked), tuple(used)


def _covers(ignore: Ignore, finding: GateFinding) -> bool:
    if ignore.problem or finding.rule not in ignore.rules:
        return False
    if ignore.pattern:
        return fnmatch.fnmatchcase(finding.at.path, ignore.pattern)
    if ignore.first == 0 and ignore.at.path != finding.at.path:
        return ignore.at.line == 0  # of the configuration, for every file
    return ignore.at.path == finding.at.path and (
        ignore.first == 0 or ignore.first <= finding.at.line <= ignore.last
    )


def unused(ignores: Iterable[Ignore], used: Iterable[Ignore]) -> tuple[Ignore, ...]:
    """The ignores that would be honoured, and cover nothing."""
    taken = set(used)
    return tuple(one for one in ignores if not one.problem and one not in taken)
