"""One cell: a program in a base, predicted twice and observed once."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from functools import cache

from linkcheck.advise import judge, needs_of
from linkcheck.binary import read_facts
from linkcheck.errors import LinkcheckError
from linkcheck.images.resolve import ResolvedBase, resolve_base
from linkcheck.loader import load_in
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.verdicts import Answer
from linkcheck.run import Observation, start_in_root
from tools.trials.bases import RealBase
from tools.trials.programs import TrialProgram

# fixture exit codes -> the need that is missing (fixtures/README.md)
RUN_NEEDS = {3: "ca-certificates", 4: "users", 5: "tzdata", 6: "tmp"}
FIXTURE_OF_NEED = {
    "ca-certificates": "httpsget",
    "users": "users",
    "tzdata": "tz",
    "tmp": "tmpfile",
}


@dataclass(frozen=True, slots=True)
class Prediction:
    """What linkcheck said: `missing` are the run-time needs that made it `degraded`."""

    answer: Answer
    reason: str
    error_text: str | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A program in a base."""

    program: str
    fixture: str
    base: str
    from_root: Prediction
    from_catalog: Prediction | None  # None: the catalog would take the image of another platform
    observed: Observation


@cache
def _base(ref: str) -> ResolvedBase:
    return resolve_base(ref)


def try_program(program: TrialProgram, bases: tuple[RealBase, ...], seconds: float) -> list[Cell]:
    """All cells of one program; one that linkcheck can't read has none."""
    try:
        facts = read_facts(program.path)
    except LinkcheckError:
        return []
    foreign = facts.platform.startswith("linux/") and not _runs_here(facts)
    if foreign:  # only a root with programs in it says which machine it is for
        bases = tuple(b for b in bases if b.name.startswith(("debian", "alpine")))
    return [
        Cell(
            program=program.label,
            fixture=program.fixture,
            base=base.name,
            from_root=_predict(facts, f"dir:{base.root}"),
            from_catalog=None if foreign else _predict(facts, base.ref),
            observed=start_in_root(base.root, program.path, program.arguments, seconds=seconds),
        )
        for base in bases
    ]


def _runs_here(facts: BinaryFacts) -> bool:
    mine = {"x86_64": ("amd64", "386"), "aarch64": ("arm64",)}.get(platform.machine(), ())
    return facts.platform.split("/")[1] in mine


def _predict(facts: BinaryFacts, ref: str) -> Prediction:
    base = _base(ref)
    loaded = load_in(facts, base)
    verdict = judge(facts, needs_of(facts), base.image, loaded)
    missing = tuple(n.kind for n in verdict.unmet) if verdict.answer == "degraded" else ()
    text = loaded.error_text if verdict.answer == "fails" else None
    return Prediction(verdict.answer, verdict.reason, text, missing)
