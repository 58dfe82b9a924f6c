"""The rules: one file each, whose docstring is its page; a new one is that file and one line here.

Ids are stable: LC1xx loader and libraries, LC2xx versions and symbols, LC3xx run-time needs,
LC4xx Go build settings. Those of Dockerfiles, LC5xx, are in `dockerfile_rules`, those of policies,
LC6xx, in `policy_rules`: `analyze` needs neither.
"""

from __future__ import annotations

from linkcheck.model.verdicts import Finding
from linkcheck.rules import (
    lc101_interpreter_missing,
    lc102_library_missing,
    lc103_pie_not_static,
    lc104_static_glibc_nss,
    lc105_executable_stack,
    lc106_wrong_platform,
    lc107_search_path,
    lc108_dlopen,
    lc109_packed,
    lc110_not_executable,
    lc111_thread_exit_libgcc,
    lc201_glibc_too_new,
    lc202_symbol_missing,
    lc203_weak_version,
    lc204_relr,
    lc205_runtime_too_new,
    lc301_ca_certificates,
    lc302_time_zones,
    lc303_users,
    lc304_temporary_files,
    lc305_other_programs,
    lc306_plugins,
    lc307_forced_cgo_resolver,
    lc308_cpu_level,
    lc401_needless_libc,
    lc402_calls_c,
    lc403_race_detector,
    lc404_cgo_stub,
    lc405_old_go,
    lc406_static_plugin_host,
    lc407_no_build_info,
    lc408_dynamic_without_cgo,
)
from linkcheck.rules.base import Rule, RuleContext

__all__ = ["RULES", "Rule", "RuleContext", "run_rules"]

RULES: tuple[Rule, ...] = (
    lc101_interpreter_missing.RULE,
    lc102_library_missing.RULE,
    lc103_pie_not_static.RULE,
    lc104_static_glibc_nss.RULE,
    lc105_executable_stack.RULE,
    lc106_wrong_platform.RULE,
    lc107_search_path.RULE,
    lc108_dlopen.RULE,
    lc109_packed.RULE,
    lc110_not_executable.RULE,
    lc111_thread_exit_libgcc.RULE,
    lc201_glibc_too_new.RULE,
    lc202_symbol_missing.RULE,
    lc203_weak_version.RULE,
    lc204_relr.RULE,
    lc205_runtime_too_new.RULE,
    lc301_ca_certificates.RULE,
    lc302_time_zones.RULE,
    lc303_users.RULE,
    lc304_temporary_files.RULE,
    lc305_other_programs.RULE,
    lc306_plugins.RULE,
    lc307_forced_cgo_resolver.RULE,
    lc308_cpu_level.RULE,
    lc401_needless_libc.RULE,
    lc402_calls_c.RULE,
    lc403_race_detector.RULE,
    lc404_cgo_stub.RULE,
    lc405_old_go.RULE,
    lc406_static_plugin_host.RULE,
    lc407_no_build_info.RULE,
    lc408_dynamic_without_cgo.RULE,
)


def run_rules(ctx: RuleContext) -> tuple[Finding, ...]:
    """All findings about one program, in the order of RULES. Raises nothing."""
    return tuple(finding for rule in RULES for finding in rule.check(ctx))
