"""What a gate found, and whether it lets an image pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from linkcheck.model.report import Failure, Subject
from linkcheck.model.stageimage import Line
from linkcheck.model.verdicts import Finding, Level, Verdict

State = Literal["new", "ignored", "known"]
LEVELS: tuple[Level, ...] = ("note", "warning", "error")


class Edit(NamedTuple):
    """A line of the Dockerfile as it should be: `old`, which stands in it, becomes `new`.

    `text` is the line as it is, once it was found.
    """

    line: int
    old: str
    new: str
    text: str | None = None

    def result(self) -> str:
        """The line after the change; the last `old` in it is the one that is meant."""
        text = self.text or ""
        before, _, after = text.rpartition(self.old)
        return before + self.new + after


class Placed(NamedTuple):
    """A finding with the lines that it is about."""

    finding: Finding
    at: Line
    edit: Edit | None = None


class GateFinding(NamedTuple):
    """A finding of a target. `state` is "new" unless an ignore or the baseline covers it.

    `fingerprint` stays the same while the rule, the file and the text of the instruction do, so
    that moving lines makes no new finding.
    """

    rule: str
    level: Level
    message: str
    evidence: tuple[str, ...]
    fix: str
    at: Line
    fingerprint: str
    state: State = "new"
    reason: str = ""  # of the ignore
    edit: Edit | None = None


class Ignore(NamedTuple):
    """A finding that someone accepts. `until` is an ISO date, the last day on which it holds.

    `first` and `last` are the lines it is about, (0, 0) for the whole file; `pattern` a glob over
    the file's path, "" for the file that it stands in.
    """

    rules: tuple[str, ...]
    reason: str
    until: str
    at: Line
    first: int = 0
    last: int = 0
    pattern: str = ""
    problem: str = ""  # why it is not honoured


class Policy(NamedTuple):
    """What must hold, and from which level on a finding says no."""

    fail_on: Level = "error"
    require: frozenset[str] = frozenset()  # "static", "pure-go", "non-root"
    max_glibc: str | None = None
    allow_cgo: tuple[str, ...] | None = None  # modules that may call C; None: any
    max_size: int | None = None  # bytes of the program
    bases: tuple[str, ...] = ()  # globs of allowed bases; (): any
    severity: Mapping[str, str] = {}  # rule -> level or "off"


class TargetResult(NamedTuple):
    """One program, image, or both, as judged."""

    name: str
    dockerfile: str | None
    stage: str | None
    base: str | None
    subject: Subject | None  # None: there was no program at hand
    verdict: Verdict | None
    findings: tuple[GateFinding, ...]
    passed: bool


class GateReport(NamedTuple):
    """The whole answer of one `linkcheck gate`.

    `missing`: all errors are of an engine, a registry or a tool that is not to be had.
    """

    targets: tuple[TargetResult, ...]
    errors: tuple[Failure, ...]
    fail_on: Level
    missing: bool = False

    @property
    def passed(self) -> bool:
        """Whether every target passes and every input could be read."""
        return not self.errors and all(target.passed for target in self.targets)
