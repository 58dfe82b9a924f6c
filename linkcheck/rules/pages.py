"""Every rule by id, for what explains them: programs', Dockerfiles' and policies'."""

from __future__ import annotations

from typing import Final, TypeAlias

from linkcheck.rules import RULES
from linkcheck.rules.base import Rule
from linkcheck.rules.demand import DemandRule
from linkcheck.rules.dockerfile_rules import STAGE_RULES
from linkcheck.rules.policy_rules import DEMANDS
from linkcheck.rules.stage import StageRule

AnyRule: TypeAlias = Rule | StageRule | DemandRule

_LISTED: Final[tuple[AnyRule, ...]] = (*RULES, *STAGE_RULES, *DEMANDS)
ALL_RULES: Final[dict[str, AnyRule]] = {rule.id: rule for rule in _LISTED}
