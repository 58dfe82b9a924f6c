"""What holds for every rule of Dockerfiles and policies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import linkcheck.rules
from linkcheck.rules.demand import DemandRule
from linkcheck.rules.dockerfile_rules import STAGE_RULES
from linkcheck.rules.policy_rules import DEMANDS
from linkcheck.rules.stage import StageRule

RULES: tuple[StageRule | DemandRule, ...] = (*STAGE_RULES, *DEMANDS)
by_id = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@by_id
def test_a_gate_rule_has_a_page_with_all_sections_in_order(rule: StageRule | DemandRule) -> None:
    assert rule.page is not None
    sections = re.findall(r"^## (.*)$", rule.page, re.MULTILINE)
    assert sections == ["What it means", "How to see it", "Fix"]
    assert rule.summary.endswith(".")


@by_id
def test_a_gate_rule_lives_in_the_file_of_its_id_and_name(rule: StageRule | DemandRule) -> None:
    expected = f"{rule.id.lower()}_{rule.name.replace('-', '_')}"
    assert rule.check.__module__ == f"linkcheck.rules.{expected}"


def test_every_gate_rule_file_is_in_its_list() -> None:
    folder = Path(linkcheck.rules.__file__).parent
    for number, rules in ((5, STAGE_RULES), (6, DEMANDS)):
        files = sorted(path.name[:5].upper() for path in folder.glob(f"lc{number}*.py"))
        assert [rule.id for rule in rules] == files
