"""`gate`: every target judged, levelled by its policy, what is accepted marked."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from linkcheck.errors import LinkcheckError, MissingToolError
from linkcheck.gate.context import Context
from linkcheck.gate.dockerignore import read_ignored
from linkcheck.gate.fingerprint import identified
from linkcheck.gate.ignores import apply_ignores, inline_ignores, unused
from linkcheck.gate.judging import Request, judge_image, judge_on_base
from linkcheck.gate.policy import known_before, levelled, passes
from linkcheck.gate.stages import parse_dockerfile, read_dockerfile
from linkcheck.images.resolve import resolve_base
from linkcheck.model.gate import GateFinding, GateReport, Ignore, Placed, Policy, TargetResult
from linkcheck.model.report import Failure
from linkcheck.model.stageimage import Line
from linkcheck.rules.demand import DemandContext
from linkcheck.rules.policy_rules import run_demands

if TYPE_CHECKING:
    from linkcheck.gate.judging import Judged
    from linkcheck.images.resolve import ResolvedBase


class GateTarget(NamedTuple):
    """A program, a Dockerfile, or a program in it or on a base; at least one of them is given."""

    name: str
    program: str | None = None
    dockerfile: str | None = None
    base: str | None = None  # REF; with a Dockerfile it stands in for the one of its FROM
    stage: str | None = None
    build_args: Mapping[str, str] = {}
    context: str | None = None  # None: the Dockerfile's own folder
    platform: str | None = None
    policy: Policy = Policy()
    inline: str | None = None  # the Dockerfile's text, where `dockerfile` is the file that holds it
    contexts: Mapping[str, str] = {}  # further build contexts, by the name that FROM and COPY use


def run_gate(
    targets: Sequence[GateTarget],
    *,
    ignores: Sequence[Ignore] = (),
    baseline: Collection[str] = (),
    failures: Sequence[Failure] = (),
    today: date | None = None,
) -> GateReport:
    """Judge all targets. `ignores` are those of the configuration; Dockerfiles bring their own.

    A target that can't be judged is a Failure of the report, the others are still judged.
    """
    gate = _Gate(tuple(ignores), baseline, today or date.today())
    results: list[TargetResult] = []
    broken = list(failures)
    missing = 0
    for target in targets:
        try:
            results.append(gate.result(target))
        except LinkcheckError as error:
            path = target.program or target.dockerfile or target.name
            broken.append(Failure(path, str(error)))
            missing += isinstance(error, MissingToolError)
    results = gate.with_idle(results, targets, complete=not broken)
    fail_on = targets[0].policy.fail_on if targets else "error"
    return GateReport(tuple(results), tuple(broken), fail_on, 0 < missing == len(broken))


class _Gate:
    def __init__(self, ignores: tuple[Ignore, ...], baseline: Collection[str], today: date) -> None:
        self._ignores = ignores
        self._baseline = baseline
        self._today = today
        self._used: set[Ignore] = set()
        self._inline: dict[Ignore, None] = {}
        self._bases: dict[str, ResolvedBase] = {}

    def result(self, target: GateTarget) -> TargetResult:
        if target.dockerfile is None:
            return self._on_base(target)
        path = target.dockerfile
        inline = target.inline
        dockerfile = read_dockerfile(path) if inline is None else parse_dockerfile(inline, path)
        folder = target.context or os.path.dirname(path) or "."  # noqa: PTH120 -- keeps ""
        request = Request(
            dockerfile,
            Context(folder, read_ignored(Path(folder), path)),
            target.stage,
            target.build_args,
            target.platform,
            self._base(target.base) if target.base else None,
            "non-root" in target.policy.require,
            target.contexts,
        )
        judged = judge_image(request, target.program)
        ignores = inline_ignores(dockerfile, self._today)
        at = judged.image.origin if judged.image else Line(path, 1, 1)
        return self._finished(target, judged, ignores, dockerfile.lines, at)

    def _on_base(self, target: GateTarget) -> TargetResult:
        assert target.program is not None and target.base is not None
        judged = judge_on_base(target.program, self._base(target.base))
        return self._finished(target, judged, (), (), Line(target.program, 0, 0))

    def _base(self, ref: str) -> ResolvedBase:
        if ref not in self._bases:
            self._bases[ref] = resolve_base(ref)
        return self._bases[ref]

    def _finished(
        self,
        target: GateTarget,
        judged: Judged,
        inline: tuple[Ignore, ...],
        lines: Sequence[str],
        at: Line,
    ) -> TargetResult:
        self._inline.update(dict.fromkeys(inline))
        ignores = (*inline, *self._ignores)
        facts = judged.subject.facts if judged.subject else None
        broken = tuple(one for one in inline if one.problem)
        demands = run_demands(DemandContext(target.policy, facts, judged.base, (), broken))
        placed = [*judged.findings, *(Placed(found, where or at) for found, where in demands)]
        findings = identified(placed, lines)
        findings, used = apply_ignores(levelled(findings, target.policy), ignores)
        self._used |= set(used)
        findings = known_before(findings, self._baseline)
        return TargetResult(
            target.name,
            target.dockerfile,
            judged.image.name if judged.image else None,
            judged.base,
            judged.subject,
            judged.verdict,
            _sorted(findings),
            passes(findings, target.policy),
        )

    def with_idle(
        self, results: list[TargetResult], targets: Sequence[GateTarget], *, complete: bool
    ) -> list[TargetResult]:
        """The ignores that nothing matched, told once, with a target of their file.

        Not where a target could not be judged: its findings might be what they are for.
        """
        broken = tuple(one for one in self._ignores if one.problem)
        idle = unused((*self._inline, *self._ignores), self._used) if complete else ()
        if not results or not (broken or idle):
            return results
        policy = targets[0].policy
        told = DemandContext(Policy(), None, "", idle, broken)
        placed = [Placed(found, where or _NOWHERE) for found, where in run_demands(told)]
        findings = known_before(levelled(identified(placed, ()), policy), self._baseline)
        homes = {result.dockerfile: number for number, result in reversed([*enumerate(results)])}
        changed = list(results)
        for finding in findings:
            home = homes.get(finding.at.path, 0)
            told_there = _sorted((*changed[home].findings, finding))
            passed = changed[home].passed and passes((finding,), policy)
            changed[home] = changed[home]._replace(findings=told_there, passed=passed)
        return changed


_NOWHERE = Line("", 0, 0)


def _sorted(findings: tuple[GateFinding, ...]) -> tuple[GateFinding, ...]:
    return tuple(sorted(findings, key=lambda one: (one.at.path, one.at.line, one.rule)))
