"""A Dockerfile, and a program where there is one -> verdict and findings with their lines."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from linkcheck.advise import judge, needs_of
from linkcheck.binary import read_facts
from linkcheck.errors import LinkcheckError
from linkcheck.gate.accounts import accounts_of
from linkcheck.gate.builder import builder_of
from linkcheck.gate.contents import Contents
from linkcheck.gate.context import Context
from linkcheck.gate.entry import Entry, entry_of, places
from linkcheck.gate.foreign import foreign_program
from linkcheck.gate.overlay import StageBase
from linkcheck.gate.script import context_file, first_line
from linkcheck.gate.stages import arguments, find_stage
from linkcheck.loader import load_in
from linkcheck.loader.kernel import compatible_hosts
from linkcheck.model.gate import Placed
from linkcheck.model.needs import Need
from linkcheck.model.provides import UNKNOWN, MaybeUnknown
from linkcheck.model.report import Subject
from linkcheck.model.stageimage import Line, StageImage
from linkcheck.model.verdicts import Finding, Verdict
from linkcheck.rules import RuleContext, run_rules
from linkcheck.rules.dockerfile_rules import run_stage_rules
from linkcheck.rules.stage import Foreign, StageContext

if TYPE_CHECKING:
    from linkcheck.images.resolve import ResolvedBase
    from linkcheck.model.dockerfile import Dockerfile
    from linkcheck.model.facts import BinaryFacts

DEFAULT_PLATFORM = "linux/amd64"
# LC110 looks at the file's own mode, and COPY may change it: LC509 knows both.
_LEFT_TO_STAGE_RULES = frozenset({"LC110"})


class Request(NamedTuple):
    """What to work out: `platform` None takes that of the program, or linux/amd64."""

    dockerfile: Dockerfile
    context: Context | None = None
    target: str | None = None
    build_args: Mapping[str, str] = {}
    platform: str | None = None
    base: ResolvedBase | None = None  # in place of the one that FROM names
    non_root: bool = False
    contexts: Mapping[str, str] = {}  # `docker buildx build --build-context NAME=VALUE`


class Judged(NamedTuple):
    """The answer about one image; `subject` and `verdict` are None where no program is at hand."""

    image: StageImage | None  # None where there is no Dockerfile
    base: str
    subject: Subject | None
    verdict: Verdict | None
    findings: tuple[Placed, ...]


def judge_image(request: Request, program: str | Path | None = None) -> Judged:
    """Work the image out and judge `program` in it, else the program of the build context that it
    starts, else the Dockerfile alone.

    Raises DockerfileError, UsageError for an unknown stage, and what `read_facts` raises.
    """
    facts = read_facts(program) if program is not None else None
    scene = _Scene(request, facts)
    if facts is None:
        facts = scene.program_of_context()
    return scene.judged(facts)


def judge_on_base(program: str | Path, base: ResolvedBase) -> Judged:
    """The program on a bare base; findings stand at it. Raises what `read_facts` raises."""
    facts = read_facts(program)
    needs = needs_of(facts)
    verdict = judge(facts, needs, base.image, load_in(facts, base))
    asked = frozenset({base.image.ref})
    found = run_rules(RuleContext(facts, needs, ((base.image, verdict),), asked))
    at = Line(str(program), 0, 0)
    placed = [Placed(one, at) for one in found]
    if verdict.answer == "unknown":
        placed.append(Placed(Finding("LC500", "error", verdict.reason, (), verdict.fix), at))
    elif verdict.answer == "fails":
        placed += _unexplained(verdict, placed, at)
    subject = Subject(facts, needs, found, (verdict,), None)
    return Judged(None, base.image.ref, subject, verdict, tuple(placed))


class _Scene:
    """One image with everything that is asked about it."""

    def __init__(self, request: Request, facts: BinaryFacts | None) -> None:
        self._request = request
        file = request.dockerfile
        wanted = request.platform or (facts.platform if facts else DEFAULT_PLATFORM)
        self._asked_platform = request.platform
        if not wanted.startswith("linux/"):
            wanted = DEFAULT_PLATFORM
        args = arguments(file, request.build_args, wanted, DEFAULT_PLATFORM)
        args = args._replace(contexts=request.contexts)
        self.contents = Contents(file, args, request.context)
        self.image = self.contents.image(find_stage(file, request.target).number)
        if request.base is not None:
            self.contents.stand_in(self.image.base.ref, request.base)
        self.contents.is_built = facts is not None
        written = self.image.base.platform
        fixed = written if written and written.startswith("linux/") else None
        self.platform = fixed or wanted
        self._fixed_platform = fixed or request.platform
        self.below = request.base or self._base_below()
        self.entry = entry_of(self.contents, self.image)

    def _base_below(self) -> ResolvedBase | str:
        if self.image.base.missing:
            names = " and ".join(self.image.base.missing)
            return f"the base can't be told: ARG {names} has no value"
        return self.contents.base(self.image.base.ref)

    def program_of_context(self) -> BinaryFacts | None:
        """The facts of the file that the image starts, where it is in the build context."""
        found = context_file(self.entry, self._request.context)
        if found is None:
            return None
        name, path = found
        try:
            facts = read_facts(path)._replace(path=name)
        except LinkcheckError:
            return None  # a script, for instance: then there is no program to judge
        self.contents.is_built = True
        return facts

    def judged(self, facts: BinaryFacts | None) -> Judged:
        base = self._stage_base()
        subject = verdict = None
        placed: list[Placed] = []
        if facts is not None and base is not None:
            needs = needs_of(facts)
            verdict = self._verdict(facts, needs, base)
            asked = frozenset({base.image.ref})
            found = run_rules(RuleContext(facts, needs, ((base.image, verdict),), asked))
            placed = [
                Placed(one, self._place_of(one, facts))
                for one in found
                if one.rule not in _LEFT_TO_STAGE_RULES
            ]
            subject = Subject(facts, needs, tuple(p.finding for p in placed), (verdict,), None)
        placed += run_stage_rules(self._stage_context(facts, verdict, base))
        if verdict is not None and verdict.answer == "fails":
            placed += _unexplained(verdict, placed, self.image.base.at)
        ref = self._request.base.image.ref if self._request.base else self.image.base.ref
        return Judged(self.image, ref, subject, verdict, tuple(placed))

    def _stage_base(self) -> StageBase | None:
        if isinstance(self.below, str):
            return None
        file, context = self._request.dockerfile, self._request.context
        accounts = accounts_of(self.contents, self.image, file, context)
        return StageBase(self.contents, self.image, self.below, accounts)

    def _verdict(self, facts: BinaryFacts, needs: tuple[Need, ...], base: StageBase) -> Verdict:
        fixed = self._fixed_platform
        runs_on = (facts.platform, *compatible_hosts(facts.platform))
        if fixed and facts.platform.startswith("linux/") and fixed not in runs_on:
            reason = f"{base.image.ref}: the image is for {fixed}, the program for {facts.platform}"
            unmet = tuple(need for need in needs if need.kind == "platform")
            fix = f"build the program for {fixed}"
            text = "exec /app: exec format error"
            return Verdict(base.image.ref, "fails", unmet, reason, text, fix)
        load = load_in(facts, base)
        return judge(facts, needs, base.image, load, has_library=base.has_library)

    def _place_of(self, finding: Finding, facts: BinaryFacts) -> Line:
        """What concerns the base stands at its FROM, what concerns the program at its COPY."""
        if finding.rule.startswith(("LC4", "LC109")):
            return self._copy_of(facts) or self.image.base.at
        return self.image.base.at

    def _copy_of(self, facts: BinaryFacts) -> Line | None:
        name = Path(facts.path).name
        for copied in reversed(self.image.copied):
            if name in (Path(copied.source).name, Path(copied.place).name):
                return copied.at
        return self.entry.copied.at if self.entry and self.entry.copied else None

    def _stage_context(
        self, facts: BinaryFacts | None, verdict: Verdict | None, base: StageBase | None
    ) -> StageContext:
        entry: Entry | None = self.entry
        return StageContext(
            image=self.image,
            base=base.image if base else None,
            base_gap=self.below if isinstance(self.below, str) else "",
            platform=self.platform,
            entry=entry,
            builder=builder_of(self.contents, entry, self._request.context),
            has=partial(self.contents.has_folder, self.image),
            has_program=self._has_program,
            facts=facts,
            verdict=verdict,
            foreign=partial(self._foreign, base),
            left_out=partial(self.contents.left_out, self.image),
            first_line=first_line(self._request.dockerfile, entry, self._request.context),
            non_root=self._request.non_root,
            stages=tuple(
                self.contents.image(number)
                for number in sorted(
                    {c.stage for c in self.image.copied if c.stage is not None}
                    | {self.image.number}
                )
            ),
        )

    def _foreign(self, base: StageBase | None, name: str) -> Foreign | None:
        view = base.view(self.platform) if base is not None else None
        if view is None:
            return None
        for path in places(self.contents, self.image, name):
            if self.contents.has(self.image, path) is not False:
                return foreign_program(self.contents, self.image, path, view, self.platform)
        return None

    def _has_program(self, name: str) -> bool | MaybeUnknown:
        answers = [
            self.contents.has(self.image, path) for path in places(self.contents, self.image, name)
        ]
        return True if True in answers else UNKNOWN if UNKNOWN in answers else False


def _unexplained(verdict: Verdict, placed: list[Placed], at: Line) -> list[Placed]:
    """A refusal that no rule tells must still stop the image."""
    if any(one.finding.level == "error" for one in placed):
        return []
    rule = "LC106" if any(need.kind == "platform" for need in verdict.unmet) else "LC500"
    return [Placed(Finding(rule, "error", verdict.reason, (), verdict.fix), at)]
