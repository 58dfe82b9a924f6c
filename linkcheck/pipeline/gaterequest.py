"""What the command line and `.linkcheck.toml` ask a gate for -> targets, ignores, baseline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from linkcheck.errors import UnreadableFileError, UsageError
from linkcheck.model.gate import Ignore, Policy
from linkcheck.model.report import Failure
from linkcheck.pipeline.compose import compose_targets
from linkcheck.pipeline.gate import GateTarget
from linkcheck.pipeline.gateconfig import (
    build_arguments,
    ignores_from,
    policy_from,
    target_name,
    targets_from,
)
from linkcheck.pipeline.inputs import expand_patterns

_MAX_BASELINE = 64 << 20


class Wanted(NamedTuple):
    """The flags of `linkcheck gate`; `policy` holds those that are given, by name."""

    paths: tuple[str, ...] = ()
    dockerfiles: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    stage: str | None = None
    build_args: tuple[str, ...] = ()
    context: str | None = None
    platform: str | None = None
    compose: str | None = None
    policy: Mapping[str, Any] = {}


class Requested(NamedTuple):
    """What to judge, what is accepted, and inputs that mean nothing."""

    targets: list[GateTarget]
    ignores: list[Ignore]
    failures: list[Failure]


def requested(
    wanted: Wanted,
    config: tuple[Path, Mapping[str, Any]] | None,
    environ: Mapping[str, str],
    today: date | None = None,
) -> Requested:
    """The targets of the flags; without any, those of the configuration.

    Raises UsageError where there is nothing to judge, or flags do not go together.
    """
    policy = policy_from(wanted.policy, "linkcheck gate")
    ignores: list[Ignore] = []
    if config is not None:
        ignores = ignores_from(config[1], config[0], today or date.today())
    if wanted.compose is not None:
        if wanted.paths or wanted.dockerfiles:
            raise UsageError(
                "--compose names its own Dockerfiles", next_step="leave PATH and --dockerfile out"
            )
        targets, failures = compose_targets(wanted.compose, policy, environ)
        return Requested(targets, ignores, failures)
    if wanted.paths or wanted.dockerfiles:
        targets, failures = _of_flags(wanted, policy, environ)
        return Requested(targets, ignores, failures)
    if config is None or "target" not in config[1]:
        raise UsageError(
            "there is nothing to judge",
            next_step="give a program and --base, a --dockerfile, or [[target]] in .linkcheck.toml",
        )
    path, document = config
    targets, failures = targets_from(document, path, policy, expand_patterns)
    return Requested(targets, ignores, failures)


def _of_flags(
    wanted: Wanted, policy: Policy, environ: Mapping[str, str]
) -> tuple[list[GateTarget], list[Failure]]:
    if wanted.paths and not wanted.dockerfiles and not wanted.bases:
        raise UsageError("a program needs a place to run", next_step="add --base or --dockerfile")
    failures: list[Failure] = []
    programs: list[str | None] = []
    for found in expand_patterns(wanted.paths):
        if isinstance(found, Failure):
            failures.append(found)
        else:
            programs.append(found)
    if not wanted.paths:
        programs = [None]
    shared = GateTarget(
        "",
        stage=wanted.stage,
        build_args=build_arguments(wanted.build_args, "--build-arg", environ),
        context=wanted.context,
        platform=wanted.platform,
        policy=policy,
    )
    targets = []
    files: tuple[str | None, ...] = wanted.dockerfiles or (None,)
    bases: tuple[str | None, ...] = wanted.bases or (None,)
    for program in programs:
        for file in files:
            for base in bases:
                target = shared._replace(program=program, dockerfile=file, base=base)
                targets.append(target._replace(name=target_name(target)))
    return targets, failures


def read_baseline(path: Path) -> frozenset[str]:
    """The fingerprints of an earlier JSON report.

    Raises UnreadableFileError, or UsageError for a file that is no such report.
    """
    try:
        with path.open("rb") as file:
            document = json.loads(file.read(_MAX_BASELINE))
        return frozenset(
            str(finding["fingerprint"])
            for target in document["gate"]["targets"]
            for finding in target["findings"]
        )
    except OSError as error:
        raise UnreadableFileError(
            f"{path}: {error.strerror}", next_step=f"make it with --format json={path}"
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(
            f"{path} is no JSON report of a gate", next_step=f"make it with --format json={path}"
        ) from error
