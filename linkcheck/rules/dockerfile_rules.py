"""The rules about Dockerfiles, LC5xx: one file each, whose docstring is its page.

Apart from RULES, for `analyze` needs none of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.rules import (
    lc500_not_proven,
    lc501_shell_form_without_shell,
    lc502_healthcheck_program,
    lc503_user_unknown,
    lc504_user_not_numeric,
    lc505_platform,
    lc506_platform_arg_shadowed,
    lc507_entrypoint_missing,
    lc508_entrypoint_relative,
    lc509_no_execute_bit,
    lc510_environment,
    lc511_builder_drift,
    lc512_builder_libc,
    lc513_static_names,
    lc514_shell_cmd_as_arguments,
    lc515_onbuild,
    lc516_build_cpu_level,
    lc517_exec_form_variable,
    lc518_nothing_to_start,
    lc519_copy_ignored,
    lc520_script_interpreter,
    lc521_exec_form_not_json,
    lc522_loader_left_behind,
)
from linkcheck.rules.stage import Placed, StageContext, StageRule

STAGE_RULES: tuple[StageRule, ...] = (
    lc500_not_proven.RULE,
    lc501_shell_form_without_shell.RULE,
    lc502_healthcheck_program.RULE,
    lc503_user_unknown.RULE,
    lc504_user_not_numeric.RULE,
    lc505_platform.RULE,
    lc506_platform_arg_shadowed.RULE,
    lc507_entrypoint_missing.RULE,
    lc508_entrypoint_relative.RULE,
    lc509_no_execute_bit.RULE,
    lc510_environment.RULE,
    lc511_builder_drift.RULE,
    lc512_builder_libc.RULE,
    lc513_static_names.RULE,
    lc514_shell_cmd_as_arguments.RULE,
    lc515_onbuild.RULE,
    lc516_build_cpu_level.RULE,
    lc517_exec_form_variable.RULE,
    lc518_nothing_to_start.RULE,
    lc519_copy_ignored.RULE,
    lc520_script_interpreter.RULE,
    lc521_exec_form_not_json.RULE,
    lc522_loader_left_behind.RULE,
)


def run_stage_rules(ctx: StageContext) -> Iterator[Placed]:
    """All findings about one image, in the order of STAGE_RULES. Raises nothing."""
    for rule in STAGE_RULES:
        yield from rule.check(ctx)
