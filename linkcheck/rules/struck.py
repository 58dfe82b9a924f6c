"""Findings about bases: an own one for each base that the user named, one note for all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from linkcheck.model.needs import Need, NeedKind
from linkcheck.model.provides import BaseImage
from linkcheck.model.verdicts import Answer, Finding, Level, Verdict
from linkcheck.rules.base import RuleContext

_BASES_NAMED = 5


class Struck(NamedTuple):
    """A base that lacks some `needs` of the program, and in which words (without the REF)."""

    base: BaseImage
    verdict: Verdict
    needs: tuple[Need, ...]
    words: str


def struck_bases(
    ctx: RuleContext, answer: Answer, concerns: Callable[[Need], bool], lacks: str
) -> tuple[Struck, ...]:
    """The bases with that answer where unmet needs are of concern.

    The verdict's own reason is about its first unmet need; where that is another rule's concern,
    the words are the values followed by `lacks` ("is not in the image").
    """
    struck = []
    for base, verdict in ctx.verdicts:
        needs = tuple(need for need in verdict.unmet if concerns(need))
        if verdict.answer != answer or not needs:
            continue
        if concerns(verdict.unmet[0]) and answer == "fails":
            words = verdict.reason.removeprefix(f"{verdict.base}: ")
        else:
            words = f"{', '.join(dict.fromkeys(need.value for need in needs))} {lacks}"
        struck.append(Struck(base, verdict, needs, words))
    return tuple(struck)


def findings(
    ctx: RuleContext,
    rule: str,
    level: Level,
    struck: Sequence[Struck],
    *,
    fix: str | None = None,
    evidence: tuple[str, ...] = (),
) -> Iterator[Finding]:
    """Findings of `rule`, at `level` for bases that the user named, and a note for the rest.

    `fix` None takes the verdict's; `evidence` goes before that of the needs.
    """
    for one in (s for s in struck if s.base.ref in ctx.asked):
        proof = (*evidence, *_evidence(one.needs))
        yield Finding(
            rule, level, f"{one.base.ref}: {one.words}", _once(proof), fix or one.verdict.fix
        )
    others = [s for s in struck if s.base.ref not in ctx.asked]
    if others:
        yield Finding(
            rule,
            "note",
            _together(others),
            _once((*evidence, *(line for s in others for line in _evidence(s.needs)))),
            fix or others[0].verdict.fix,
        )


def _together(struck: Sequence[Struck]) -> str:
    first, *rest = struck
    if all(one.words == first.words for one in rest):
        return f"{name_bases([one.base.ref for one in struck])}: {first.words}"
    return f"{first.base.ref}: {first.words}; likewise on {name_bases([s.base.ref for s in rest])}"


def of_kind(*kinds: NeedKind) -> Callable[[Need], bool]:
    """A concern for needs of these kinds."""
    return lambda need: need.kind in kinds


def name_bases(refs: Sequence[str]) -> str:
    """ "a, b, c, d, e and 7 more"."""
    more = len(refs) - _BASES_NAMED
    return ", ".join(refs[:_BASES_NAMED]) + (f" and {more} more" if more > 0 else "")


def _evidence(needs: tuple[Need, ...]) -> tuple[str, ...]:
    return tuple(line for need in needs for line in need.evidence)


def _once(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lines))
