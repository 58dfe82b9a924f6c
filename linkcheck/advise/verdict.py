"""Needs minus provides, for one program on one base.

How an answer is reached, first match wins:

* a refusal by the model of kernel and loader, the platform among them: `fails`;
* a doubt of that model, or a packer that hides the real program: `unknown`;
* a call that dies of a missing symbol later on (lazy binding), or a certain or likely run-time
  need that the base is known to lack: `degraded`;
* one of which it is not known whether the base has it: `unknown`, for "runs" could not be
  proven; the reason says that it starts;
* otherwise `runs`. Possible needs change no answer; the reason names those that are absent.

The CPU is the host's, not the base's: a level above the baseline is told and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from linkcheck.advise.fixes import load_fix, run_fix
from linkcheck.advise.provision import HasLibrary, RunNeeds, sort_run_needs
from linkcheck.advise.symptoms import symptom
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.needs import Need, NeedKind
from linkcheck.model.provides import UNKNOWN, BaseImage
from linkcheck.model.verdicts import LoadResult, Refusal, Verdict
from linkcheck.rules.remedies import is_static

_RUN_WORDS: dict[NeedKind, str] = {
    "ca-certificates": "CA certificates",
    "tzdata": "time zones",
    "shell": "shell",
    "nss": "NSS modules of its glibc",
}
_PLURAL: frozenset[NeedKind] = frozenset({"ca-certificates", "tzdata", "nss"})


class _Case(NamedTuple):
    facts: BinaryFacts
    needs: tuple[Need, ...]
    base: BaseImage
    load: LoadResult
    run: RunNeeds


def judge(
    facts: BinaryFacts,
    needs: tuple[Need, ...],
    base: BaseImage,
    load: LoadResult,
    *,
    has_library: HasLibrary | None = None,
) -> Verdict:
    """The verdict on `facts` with its `needs` on `base`, given what the loader model said.

    `reason` is one sentence that starts with the REF, but for a program that no Linux image runs.
    `unmet` holds every refused need first, then the certain and likely run-time needs that are
    known to be absent. `has_library` answers for sonames that the program opens by itself;
    without it those stay untold. Raises nothing.
    """
    run = sort_run_needs(facts, needs, base, load, has_library)
    case = _Case(facts, needs, base, load, run)
    if load.refusals:
        return _fails(case)
    if facts.packer is not None:
        reason = f"packed by {facts.packer}, which hides what the real program needs"
        return _untold(case, reason, f"unpack it first (`{facts.packer.lower()} -d`)")
    if load.doubts:
        return _untold(case, load.doubts[0].reason, "start it there with `linkcheck verify`")
    if run.absent or load.late:
        return _degraded(case)
    if run.untold:
        reason = f"it starts, but whether the base has {_words(run.untold)} is not known"
        return _untold(case, reason, run_fix(run.untold))
    return _runs(case)


def bare_reason(verdict: Verdict) -> str:
    """The reason without the REF in front, for tables and groups that name the base already."""
    return verdict.reason.removeprefix(f"{verdict.base}: ")


def _fails(case: _Case) -> Verdict:
    first = case.load.refusals[0]
    fix = load_fix(case.facts, first, case.base)
    nowhere = first.kind == "platform" and not case.facts.platform.startswith(
        ("linux/", "unknown/")
    )
    return Verdict(
        base=case.base.ref,
        answer="fails",
        unmet=(*_refused_needs(case, case.load.refusals), *case.run.absent),
        reason=f"{first.reason}; {fix}" if nowhere else _sentence(case.base, first.reason),
        error_text=case.load.error_text or first.error_text,
        fix=fix,
        trace=case.load.trace,
    )


def _refused_needs(case: _Case, refusals: tuple[Refusal, ...]) -> Iterable[Need]:
    known = {(need.kind, need.value): need for need in case.needs if need.when == "load"}
    return dict.fromkeys(
        known.get((refusal.kind, refusal.value))
        or Need(refusal.kind, refusal.value, "load", "certain", (refusal.reason,))
        for refusal in refusals
    )


def _untold(case: _Case, reason: str, fix: str) -> Verdict:
    return Verdict(
        base=case.base.ref,
        answer="unknown",
        unmet=case.run.absent,
        reason=_sentence(case.base, reason),
        fix=fix,
        trace=case.load.trace,
    )


def _degraded(case: _Case) -> Verdict:
    absent = case.run.absent
    if case.load.late:
        return _dies_later(case, case.load.late[0])
    verb = "are" if absent[0].kind in _PLURAL else "is"
    texts = (symptom(case.facts, need) for need in absent)
    return Verdict(
        base=case.base.ref,
        answer="degraded",
        unmet=absent,
        reason=_sentence(case.base, f"it starts, but there {verb} no {_words(absent, ' or ')}"),
        error_text=next((text for text in texts if text), None),
        fix=run_fix(absent),
        trace=case.load.trace,
    )


def _dies_later(case: _Case, first: Refusal) -> Verdict:
    """Nothing but a call of the missing function shows it, so it ranks above absent files."""
    return Verdict(
        base=case.base.ref,
        answer="degraded",
        unmet=(*_refused_needs(case, case.load.late), *case.run.absent),
        reason=f"{_sentence(case.base, first.reason)}: it starts, and dies when it calls that",
        error_text=first.error_text,
        fix=load_fix(case.facts, first, case.base),
        trace=case.load.trace,
    )


def _runs(case: _Case) -> Verdict:
    weighty = (need for need in case.run.met if need.confidence != "possible")
    words = dict.fromkeys((*_loaded_words(case.facts), *map(_word, weighty)))
    reason = f"it has {_list([*words])}" if words else "the program needs nothing from the image"
    if case.run.maybe:
        reason += f"; perhaps used, and not there: {_words(case.run.maybe)}"
    # a static program runs none of the base's code, so the base's floor is not its own
    floor = None if is_static(case.facts) else case.base.provides.cpu_floor
    level = next((n.value for n in case.needs if n.kind == "cpu"), floor)
    if level and level is not UNKNOWN:
        reason += f"; only on CPUs of {level} and up"
    return Verdict(
        base=case.base.ref,
        answer="runs",
        unmet=(),
        reason=_sentence(case.base, reason),
        trace=case.load.trace,
    )


def _loaded_words(facts: BinaryFacts) -> Iterable[str]:
    if facts.elf is None or facts.elf.interpreter is None:
        return
    yield "its loader"
    if facts.elf.needed:
        yield "its library" if len(facts.elf.needed) == 1 else "all its libraries"


def _sentence(base: BaseImage, reason: str) -> str:
    """`reason` with the REF in front, once, whatever name the loader model put there."""
    for name in (base.ref, base.title, base.name):
        reason = reason.removeprefix(f"{name}: ")
    return f"{base.ref}: {reason}"


def _word(need: Need) -> str:
    return _RUN_WORDS.get(need.kind, need.value)


def _words(needs: Iterable[Need], joint: str = " and ") -> str:
    return _list([*dict.fromkeys(_word(need) for need in needs)], joint)


def _list(words: list[str], joint: str = " and ") -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])}{joint}{words[-1]}"
