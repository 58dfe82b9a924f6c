"""The smallest base that suffices, and what would allow a smaller one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from linkcheck.advise.verdict import bare_reason
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.needs import Need, NeedKind
from linkcheck.model.provides import BaseImage
from linkcheck.model.verdicts import Recommendation, Verdict
from linkcheck.rules.remedies import ADD_TO_IMAGE, build_change, older_glibc

_NAMES_IN_A_GROUP = 3
# distributions whose package manager can bring the library; canonical names of the catalog
_WITH_PACKAGES = ("alpine:", "debian:", "ubuntu:", "fedora:", "amazonlinux:")
_ADDABLE: frozenset[NeedKind] = frozenset(ADD_TO_IMAGE)

Candidate = tuple[BaseImage, Verdict]


def recommend(
    facts: BinaryFacts, needs: tuple[Need, ...], candidates: Sequence[Candidate]
) -> Recommendation | None:
    """The smallest of `candidates` on which the program runs, by unpacked size (unknown size last).

    Where it runs as is on none, the smallest that files can mend: `add` names them then, as need
    kinds ("ca-certificates") or sonames. None where nothing helps, as for programs of another
    operating system. `because` says why each smaller base falls (and this one, where something must
    be added), bases of one reason together; `alternatives` how to get to a smaller one, by adding
    files or by another build.
    """
    by_size = sorted(candidates, key=lambda candidate: _size(candidate[0]))
    index = _first_to_suffice(facts, by_size)
    if index is None:
        return None
    base, verdict = by_size[index]
    smaller = by_size[:index]
    fall = smaller if verdict.answer == "runs" else by_size[: index + 1]
    because = _why_they_fall(fall) or (bare_reason(verdict),)
    return Recommendation(
        base=base.ref,
        because=because,
        add=_to_add(verdict),
        alternatives=_alternatives(facts, needs, smaller),
    )


def _size(base: BaseImage) -> float:
    size = base.provides.size
    return size if isinstance(size, int) else float("inf")


def _first_to_suffice(facts: BinaryFacts, by_size: Sequence[Candidate]) -> int | None:
    places = range(len(by_size))
    ways = (
        (i for i in places if by_size[i][1].answer == "runs"),
        (i for i in places if _lacks_files(by_size[i][1])),
        (i for i in places if _lacks_libraries(facts, *by_size[i])),
    )
    return next((index for way in ways for index in way), None)


def _lacks_files(verdict: Verdict) -> bool:
    return verdict.answer == "degraded" and {need.kind for need in verdict.unmet} <= _ADDABLE


def _lacks_libraries(facts: BinaryFacts, base: BaseImage, verdict: Verdict) -> bool:
    """Only libraries beside those files, in a distribution that has packages of them.

    glibc stops at the first missing library: more of them may come to light, and it has not
    come to versions yet, so that the base's release must be looked at here.
    """
    if not base.name.startswith(_WITH_PACKAGES) or is_too_old(base, facts):
        return False
    kinds = {need.kind for need in verdict.unmet}
    return (
        verdict.answer in ("fails", "degraded")
        and "library" in kinds
        and kinds <= _ADDABLE | {"library"}
    )


def is_too_old(base: BaseImage, facts: BinaryFacts) -> bool:
    """Whether a program for glibc asks for a newer one than the base has, or is known to have."""
    if facts.libc.family != "glibc" or facts.libc.minimum is None:
        return False
    release = base.provides.libc_version
    return not isinstance(release, str) or _numbers(release) < _numbers(facts.libc.minimum)


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", release))


def _to_add(verdict: Verdict) -> tuple[str, ...]:
    return tuple(need.value if need.kind == "library" else need.kind for need in verdict.unmet)


def _why_they_fall(fall: Sequence[Candidate]) -> tuple[str, ...]:
    groups: dict[str, list[str]] = {}
    for base, verdict in fall:
        groups.setdefault(bare_reason(verdict), []).append(base.ref)
    return tuple(f"{_named(refs)}: {reason}" for reason, refs in groups.items())


def _named(refs: list[str]) -> str:
    more = len(refs) - _NAMES_IN_A_GROUP
    listed = ", ".join(refs[:_NAMES_IN_A_GROUP])
    return f"{listed} and {more} more" if more > 0 else listed


def _alternatives(
    facts: BinaryFacts, needs: tuple[Need, ...], smaller: Sequence[Candidate]
) -> tuple[str, ...]:
    ways = (
        _with_files(smaller),
        _by_static_build(facts, needs, smaller),
        _by_older_glibc(facts, smaller),
    )
    return tuple(way for way in ways if way)


def _with_files(smaller: Sequence[Candidate]) -> str | None:
    """The smallest base that only lacks files: often the best answer of all."""
    for base, verdict in smaller:
        if _lacks_files(verdict):
            return f"{base.ref}{_plus(verdict.unmet)}"
    return None


def _plus(needs: Sequence[Need]) -> str:
    files = dict.fromkeys(ADD_TO_IMAGE[need.kind] for need in needs if need.kind in _ADDABLE)
    return "".join(f" + {name}" for name in files)


def _by_static_build(
    facts: BinaryFacts, needs: tuple[Need, ...], smaller: Sequence[Candidate]
) -> str | None:
    """A static program starts on any base; files that it surely wants must still come along."""
    change = build_change(facts)
    if change is None or not smaller:
        return None
    base, verdict = smaller[0]
    absent = [n for n in needs if n in verdict.unmet and n.when == "run"]
    return f"{change} -> {base.ref}{_plus(absent)}"


def _by_older_glibc(facts: BinaryFacts, smaller: Sequence[Candidate]) -> str | None:
    for base, verdict in smaller:
        release = base.provides.libc_version
        refused = [need for need in verdict.unmet if need.when == "load"]
        too_new = refused and all(_is_glibc_version(need) for need in refused)
        if verdict.answer == "fails" and too_new and isinstance(release, str):
            return f"{older_glibc(facts, release)} -> {base.ref}{_plus(verdict.unmet)}"
    return None


def _is_glibc_version(need: Need) -> bool:
    return need.kind == "symbol-version" and " GLIBC_" in need.value
