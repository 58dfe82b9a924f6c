"""Policies, ignores and baselines: each demand flags one program and leaves another alone."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from linkcheck.errors import UsageError
from linkcheck.gate.ignores import inline_ignores
from linkcheck.gate.stages import parse_dockerfile
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.gate import GateReport, Ignore, Policy
from linkcheck.model.stageimage import Line
from linkcheck.pipeline.gate import GateTarget, run_gate
from linkcheck.pipeline.gateconfig import ignores_from, policy_from
from linkcheck.pipeline.gaterequest import read_baseline
from linkcheck.report.gates import gate_renderer
from linkcheck.rules.demand import DemandContext
from linkcheck.rules.policy_rules import run_demands
from tests.advise.factories import NET, SQLITE, cgo_facts, facts

TODAY = date(2026, 6, 1)
_PLAIN = Policy()
SHELL_FORM = "FROM scratch\nCOPY --from=x /app /app\nENTRYPOINT /app\n"
IGNORE = Ignore(("LC301",), "why", "", Line("Dockerfile", 3, 3))


def told(policy: Policy, program: BinaryFacts | None = None, base: str = "alpine:3.23") -> set[str]:
    return {found.rule for found, _ in run_demands(DemandContext(policy, program, base))}


@pytest.mark.parametrize(
    ("rule", "policy", "flagged", "left_alone"),
    [
        ("LC601", Policy(require=frozenset({"static"})), cgo_facts(NET), facts()),
        ("LC602", Policy(max_glibc="2.31"), cgo_facts(NET), facts()),
        ("LC603", Policy(allow_cgo=()), cgo_facts(NET, SQLITE), cgo_facts(NET)),
        ("LC603", Policy(allow_cgo=("x",)), cgo_facts(SQLITE), cgo_facts(NET)),
        ("LC603", Policy(require=frozenset({"pure-go"})), cgo_facts(NET), facts()),
        ("LC604", Policy(max_size=1), facts(), facts()._replace(size=1)),
    ],
)
def test_a_demand_flags_what_breaks_it_and_nothing_else(
    rule: str, policy: Policy, flagged: BinaryFacts, left_alone: BinaryFacts
) -> None:
    assert rule in told(policy, flagged)
    assert rule not in told(policy, left_alone)
    assert rule not in told(Policy(), flagged)


def test_a_module_that_is_allowed_to_call_c_may() -> None:
    assert SQLITE.module is not None
    module = SQLITE.module.split(" ")[0]
    assert told(Policy(allow_cgo=(module,)), cgo_facts(SQLITE)) == set()


def test_glibc_releases_compare_by_number_and_not_by_letter() -> None:
    assert told(Policy(max_glibc="2.100"), cgo_facts(NET)) == set()


def test_a_base_must_match_one_of_the_allowed_patterns() -> None:
    policy = Policy(bases=("alpine:3.*", "scratch"))
    assert told(policy) == set()
    assert told(policy, base="debian:12-slim") == {"LC605"}


def test_ignores_that_are_idle_or_broken_are_told_where_they_stand() -> None:
    broken = IGNORE._replace(problem="it ended on 2020-01-01")
    found = list(run_demands(DemandContext(Policy(), None, "x", (IGNORE,), (broken,))))
    assert [(finding.rule, at) for finding, at in found] == [
        ("LC606", IGNORE.at), ("LC607", broken.at)
    ]  # fmt: skip


def judged(tmp_path: Path, text: str, policy: Policy = _PLAIN, **more: object) -> GateReport:
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    target = GateTarget("image", dockerfile=str(tmp_path / "Dockerfile"), policy=policy)
    return run_gate([target], today=TODAY, **more)  # type: ignore[arg-type]


def states(report: GateReport) -> dict[str, str]:
    return {one.rule: one.state for target in report.targets for one in target.findings}


@pytest.mark.parametrize(
    ("comment", "state", "passes"),
    [
        ("# linkcheck ignore=LC501 our runner gives an entrypoint", "ignored", True),
        ("# linkcheck ignore=LC502,LC501 until=2026-06-01 soon gone", "ignored", True),
        ("# linkcheck: ignore=lc501 until=2027-01-01 later", "ignored", True),
        ("# linkcheck ignore=LC501 until=2026-05-31 too late", "new", False),
        ("# linkcheck ignore=LC501", "new", False),
        ("# linkcheck ignore=LC501 until=tomorrow because", "new", False),
        ("# linkcheck ignore= because", "new", False),
        ("# linkcheck ignore=LC502 another rule", "new", False),
    ],
)
def test_an_inline_ignore_holds_with_a_rule_a_reason_and_until_its_day(
    tmp_path: Path, comment: str, state: str, passes: bool
) -> None:
    report = judged(tmp_path, SHELL_FORM.replace("ENTRYPOINT", f"{comment}\nENTRYPOINT"))
    assert states(report)["LC501"] == state
    assert report.passed is passes
    assert ("LC607" in states(report)) is (state == "new" and "LC502 another" not in comment)


def test_an_ignore_above_another_instruction_covers_nothing_and_is_told(tmp_path: Path) -> None:
    text = SHELL_FORM.replace("COPY", "# linkcheck ignore=LC501 misplaced\nCOPY")
    report = judged(tmp_path, text)
    assert (states(report)["LC501"], states(report)["LC606"]) == ("new", "new")


def test_an_ignore_before_everything_is_about_the_whole_file(tmp_path: Path) -> None:
    report = judged(tmp_path, f"# linkcheck ignore=LC501 everywhere\n{SHELL_FORM}")
    assert states(report)["LC501"] == "ignored"


def test_an_ignore_inside_a_continuation_is_about_its_instruction() -> None:
    text = "FROM scratch\nENTRYPOINT \\\n# linkcheck ignore=LC501 here\n  /app\n"
    (ignore,) = inline_ignores(parse_dockerfile(text), TODAY)
    assert (ignore.first, ignore.last) == (2, 4)


def test_an_ignore_that_helps_one_target_of_a_file_is_not_idle_for_the_others(
    tmp_path: Path,
) -> None:
    text = (
        "FROM scratch AS one\nCOPY --from=x /a /a\n# linkcheck ignore=LC501 fine\nENTRYPOINT /a\n"
        'FROM one AS two\nENTRYPOINT ["/a"]\n'
    )
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    file = str(tmp_path / "Dockerfile")
    targets = [GateTarget(s, dockerfile=file, stage=s) for s in ("one", "two")]
    report = run_gate(targets, today=TODAY)
    assert "LC606" not in states(report)


def test_ignores_of_the_configuration_match_by_path_and_are_told_when_idle(tmp_path: Path) -> None:
    entries = [
        {"rule": "LC501", "reason": "known", "path": "*/Dockerfile"},
        {"rule": "LC301", "reason": "not needed"},
        {"rule": "LC503"},
    ]
    ignores = ignores_from({"ignore": entries}, tmp_path / ".linkcheck.toml", TODAY)
    report = judged(tmp_path, SHELL_FORM, ignores=ignores)
    assert states(report) == {"LC501": "ignored", "LC606": "new", "LC607": "new"}
    assert report.passed


def test_with_a_baseline_only_what_is_new_says_no(tmp_path: Path) -> None:
    first = judged(tmp_path, SHELL_FORM)
    file = tmp_path / "baseline.json"
    file.write_text(gate_renderer("json")(first), encoding="utf-8")
    moved = "# a comment that moves every line\n\n" + SHELL_FORM
    again = judged(tmp_path, moved, baseline=read_baseline(file))
    assert not first.passed
    assert (again.passed, states(again)) == (True, {"LC501": "known"})
    worse = judged(tmp_path, moved + "USER app\n", baseline=read_baseline(file))
    assert not worse.passed


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"gate": 1}', "\x00", '{"gate":{"targets":[1]}}']
)
def test_what_is_no_report_of_a_gate_is_no_baseline(tmp_path: Path, text: str) -> None:
    (tmp_path / "b.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="is no JSON report of a gate"):
        read_baseline(tmp_path / "b.json")


def test_severities_change_levels_and_turn_rules_off(tmp_path: Path) -> None:
    lower = judged(tmp_path, SHELL_FORM, policy_from({"severity": ["LC501=note"]}, "x"))
    off = judged(tmp_path, SHELL_FORM, policy_from({"severity": ["LC501=off"]}, "x"))
    strict = judged(
        tmp_path, SHELL_FORM, policy_from({"severity": ["LC501=note"], "fail-on": "note"}, "x")
    )
    assert (lower.passed, off.passed, strict.passed) == (True, True, False)
    assert (states(lower), states(off)) == ({"LC501": "new"}, {})


def test_what_is_unknown_never_passes_at_any_level(tmp_path: Path) -> None:
    text = "ARG V\nFROM alpine:$V\nENTRYPOINT /app\n"
    for level in ("error", "warning", "note"):
        report = judged(tmp_path, text, policy_from({"fail-on": level}, "x"))
        assert states(report)["LC500"] == "new"
        assert not report.passed
    with pytest.raises(UsageError, match="unknown never passes"):
        policy_from({"severity": ["LC500=off"]}, "x")


@pytest.mark.parametrize(
    "values",
    [
        {"fail-on": "fatal"},
        {"require": ["small"]},
        {"max-glibc": "new"},
        {"max-size": "big"},
        {"severity": ["LC301"]},
        {"allow-cgo": [1]},
    ],
)
def test_a_policy_value_that_means_nothing_is_one_clear_error(values: dict[str, object]) -> None:
    with pytest.raises(UsageError) as error:
        policy_from(values, "where")
    assert error.value.message.startswith("where: ")
    assert error.value.next_step


@pytest.mark.parametrize(
    ("text", "size"),
    [("1000", 1000), ("20MB", 20_000_000), ("1.5 GB", 1_500_000_000), ("3k", 3000), ("7B", 7)],
)
def test_sizes_are_read_in_units_of_a_thousand(text: str, size: int) -> None:
    assert policy_from({"max-size": text}, "x").max_size == size


def test_fingerprints_name_a_finding_by_its_text_and_tell_twins_apart(tmp_path: Path) -> None:
    text = "FROM scratch\nENV RES_OPTIONS=x\nENV LOCALDOMAIN=y HOSTALIASES=z\n"
    report = judged(tmp_path, text)
    prints = [one.fingerprint for one in report.targets[0].findings]
    assert len(set(prints)) == len(prints) == 4
    again = json.loads(gate_renderer("json")(judged(tmp_path, text)))
    told_again = [one["fingerprint"] for one in again["gate"]["targets"][0]["findings"]]
    assert told_again == prints
