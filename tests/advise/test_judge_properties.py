"""What holds for every program on every base."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from linkcheck.advise import judge
from linkcheck.model.needs import Confidence, Need, NeedKind, When
from linkcheck.model.provides import UNKNOWN, BaseImage, Provides
from linkcheck.model.verdicts import LoadResult, Refusal
from tests.advise.factories import cgo_facts, facts

# "unknown" of a program that starts means "runs or degraded", so it stands between the two
_RANK = {"fails": 0, "degraded": 1, "unknown": 2, "runs": 3}
_GIVEN = {
    "ca_bundle": "/etc/ssl/cert.pem",
    "tzdata": "/usr/share/zoneinfo",
    "users": ("root",),
    "tmp": "/tmp",
    "shell": "/bin/sh",
}

kinds = st.sampled_from(get_args(NeedKind))
words = st.sampled_from(["a", "libx.so.1", "libc.so.6 GLIBC_2.34", "/tmp", "linux/amd64"])
needs = st.lists(
    st.builds(
        Need,
        kind=kinds,
        value=words,
        when=st.sampled_from(get_args(When)),
        confidence=st.sampled_from(get_args(Confidence)),
        evidence=st.just(("readelf",)),
    ),
    max_size=8,
).map(tuple)
refusals = st.lists(st.builds(Refusal, kind=kinds, value=words, reason=words), max_size=3).map(
    tuple
)
loads = st.builds(LoadResult, refusals=refusals, doubts=refusals)
provided = st.fixed_dictionaries(
    {name: st.sampled_from([value, None, UNKNOWN]) for name, value in _GIVEN.items()}
).map(lambda found: {**found, "users": () if found["users"] is None else found["users"]})
programs = st.sampled_from([facts(), cgo_facts(), facts(packer="UPX"), facts(platform="plan9/386")])


def image(has: dict[str, Any]) -> BaseImage:
    return BaseImage("base:1", "base:1", "Base", Provides(libc="glibc", **has), "root")


@given(programs, needs, provided, loads)
def test_nothing_runs_that_is_refused_or_in_doubt(
    program: Any, wanted: Any, has: Any, load: LoadResult
) -> None:
    found = judge(program, wanted, image(has), load)
    if load.refusals:
        assert found.answer == "fails"
    elif load.doubts:
        assert found.answer in ("unknown", "fails")
    if found.answer == "runs":
        assert not (load.refusals or load.doubts or program.packer or found.unmet)


@given(programs, needs, provided, loads, st.sampled_from(sorted(_GIVEN)))
def test_adding_a_provision_never_makes_a_verdict_worse(
    program: Any, wanted: Any, has: Any, load: LoadResult, added: str
) -> None:
    before = judge(program, wanted, image(has), load)
    after = judge(program, wanted, image({**has, added: _GIVEN[added]}), load)
    assert _RANK[after.answer] >= _RANK[before.answer]
    assert set(after.unmet) <= set(before.unmet)


@given(programs, needs, provided, loads)
def test_possible_needs_change_no_answer(
    program: Any, wanted: Any, has: Any, load: LoadResult
) -> None:
    sure = tuple(n for n in wanted if not (n.when == "run" and n.confidence == "possible"))
    with_all = judge(program, wanted, image(has), load)
    without = judge(program, sure, image(has), load)
    assert (with_all.answer, with_all.unmet) == (without.answer, without.unmet)


@given(programs, needs, provided, loads)
def test_every_verdict_explains_itself_in_one_line_and_twice_alike(
    program: Any, wanted: Any, has: Any, load: LoadResult
) -> None:
    found = judge(program, wanted, image(has), load)
    assert found.reason and "\n" not in found.reason
    assert (found.answer == "degraded") <= bool(found.unmet)
    assert found == judge(program, wanted, image(has), load._replace())
