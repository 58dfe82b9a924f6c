"""What holds for every rule, and what is special about some."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import linkcheck.rules
from linkcheck.model.facts import CgoPackage
from linkcheck.model.verdicts import Level
from linkcheck.rules import RULES, Rule, RuleContext, run_rules
from linkcheck.rules.pages import ALL_RULES
from tests.advise.factories import (
    NET,
    NO_LOADER,
    SQLITE,
    TOO_OLD,
    base,
    c_facts,
    cgo_facts,
    debian,
    dynamic_elf,
    facts,
)
from tests.rules.cases import ALPINE, CASES, FULL, context, dlopening, on_scratch, relr
from tools.rulesdoc import TARGET, rules_page

_WEIGHT: dict[Level, int] = {"note": 0, "warning": 1, "error": 2}
_SECTIONS = ("## What it means", "## How to see it", "## Fix")

by_id = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@by_id
def test_a_rule_flags_its_case_with_evidence_and_a_fix(rule: Rule) -> None:
    found = list(rule.check(CASES[rule.id].flags()))
    assert found
    for finding in found:
        assert finding.rule == rule.id
        assert finding.message and "\n" not in finding.message
        assert finding.evidence and all(finding.evidence)
        assert finding.fix
        assert _WEIGHT[finding.level] <= _WEIGHT[rule.level]


@by_id
def test_a_rule_reaches_its_level_in_its_worst_case(rule: Rule) -> None:
    assert rule.level in {finding.level for finding in rule.check(_loudest(rule))}


@by_id
def test_a_rule_leaves_its_other_case_alone(rule: Rule) -> None:
    assert list(rule.check(CASES[rule.id].leaves())) == []


@by_id
def test_a_rule_has_a_page_with_all_sections_in_order(rule: Rule) -> None:
    assert rule.page is not None
    places = [rule.page.find(f"\n{section}\n") for section in _SECTIONS]
    assert -1 not in places
    assert places == sorted(places)
    assert rule.summary.endswith(".")


@by_id
def test_a_rule_lives_in_the_file_of_its_id_and_name(rule: Rule) -> None:
    expected = f"{rule.id.lower()}_{rule.name.replace('-', '_')}"
    assert rule.check.__module__ == f"linkcheck.rules.{expected}"


def test_every_rule_file_is_in_the_list_and_every_case_has_its_rule() -> None:
    folder = Path(linkcheck.rules.__file__).parent
    files = {path.name[:5].upper() for path in folder.glob("lc[1-4]*.py")}
    ids = [rule.id for rule in RULES]
    assert set(ids) == files == set(CASES)
    assert ids == sorted(ids) and len(ids) == len(set(ids))
    assert all(re.fullmatch(r"LC[1-4]\d\d", rule_id) for rule_id in ids)


def test_the_rules_page_in_docs_is_what_the_rules_say() -> None:
    assert TARGET.read_text(encoding="utf-8") == rules_page(tuple(ALL_RULES.values()))


def test_a_clean_static_program_has_no_finding_at_all() -> None:
    assert run_rules(context(facts(), base(), ALPINE, FULL)) == ()


def test_bases_that_nobody_named_share_one_note() -> None:
    bases = [(base(f"alpine:3.{n}", libc="musl"), NO_LOADER) for n in range(17, 24)]
    found = [
        f for f in run_rules(context(cgo_facts(NET), *bases, asked=False)) if f.rule == "LC101"
    ]
    assert [f.level for f in found] == ["note"]
    assert found[0].message == (
        "alpine:3.17, alpine:3.18, alpine:3.19, alpine:3.20, alpine:3.21 and 2 more: "
        "loader /lib64/ld-linux-x86-64.so.2 is not in the image"
    )


def test_each_base_that_the_user_named_is_an_error_of_its_own() -> None:
    bases = [(base(ref), NO_LOADER) for ref in ("a", "b")]
    found = [f for f in run_rules(context(cgo_facts(NET), *bases)) if f.rule == "LC101"]
    assert [(f.level, f.message[:3]) for f in found] == [("error", "a: "), ("error", "b: ")]


def test_the_symbols_that_force_a_glibc_are_the_proof() -> None:
    found = run_rules(context(cgo_facts(NET), (debian("11", "2.31"), TOO_OLD)))
    evidence = next(f for f in found if f.rule == "LC201").evidence
    assert "readelf -sW --dyn-syms: __libc_start_main@GLIBC_2.34" in evidence


def test_needless_libc_is_told_in_the_words_of_the_manual() -> None:
    found = run_rules(context(cgo_facts(NET), (ALPINE, NO_LOADER)))
    finding = next(f for f in found if f.rule == "LC401")
    assert finding.level == "warning"
    assert finding.message.startswith("`net` brings in getaddrinfo: ")
    assert finding.fix == "build with `-tags netgo` or CGO_ENABLED=0"


def test_calls_to_c_are_a_mere_note_where_no_named_base_refuses() -> None:
    found = {f.rule: f.level for f in run_rules(context(cgo_facts(NET, SQLITE), FULL))}
    assert found == {"LC402": "note"}


def test_a_package_that_calls_dlopen_is_named() -> None:
    package = CgoPackage("example.com/dl", ("dlopen", "dlsym"), "example.com/dl v1.0.0")
    found = run_rules(context(cgo_facts(package), FULL))
    assert "example.com/dl calls dlopen" in next(f for f in found if f.rule == "LC108").message


def test_a_degraded_run_is_a_warning_on_a_named_base_and_a_note_elsewhere() -> None:
    named = on_scratch("time.LoadLocation")
    other = context(named.facts, base(), asked=False)
    assert [f.level for f in run_rules(named)] == ["warning"]
    assert [f.level for f in run_rules(other)] == ["note"]


@pytest.mark.parametrize(
    ("entry", "level"),
    [
        ("/tmp/lib", "warning"),
        ("lib", "warning"),
        ("/opt/a::/opt/b", "warning"),
        ("/home/ci/build/lib", "note"),
        ("/usr/lib/app", None),
        ("$ORIGIN", None),
        ("", None),
    ],
)
def test_a_search_path_weighs_as_what_may_stand_there(entry: str, level: Level | None) -> None:
    found = run_rules(context(c_facts(dynamic_elf(rpath=entry)), FULL))
    assert [f.level for f in found if f.rule == "LC107"] == ([level] if level else [])


def _loudest(rule: Rule) -> RuleContext:
    """The flagged case, but where another one shows the rule's full level."""
    louder = {
        "LC108": lambda: dlopening("required"),
        "LC204": lambda: relr("GLIBC_2.34", minimum="2.34"),
    }
    return louder.get(rule.id, CASES[rule.id].flags)()
