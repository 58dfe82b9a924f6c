"""`linkcheck gate`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from linkcheck.cli.options import Bases
from linkcheck.report.gates import GATE_FORMATS

if TYPE_CHECKING:
    from linkcheck.model.gate import GateReport

_Texts = Optional[list[str]]  # noqa: UP045 -- typer reads it at run time
_Text = Optional[str]  # noqa: UP045 -- typer reads it at run time
_File = Optional[Path]  # noqa: UP045 -- typer reads it at run time


def _text(name: str, metavar: str, help_: str) -> Any:
    variable = f"LINKCHECK_{name.upper().replace('-', '_')}"
    return typer.Option(f"--{name}", metavar=metavar, envvar=variable, help=help_)


def _use_config(ctx: typer.Context, value: Path | None) -> Path | None:
    """`--config` is read before the other flags, whose defaults stand in it."""
    if value is not None:
        from linkcheck.cli.config import defaults_for

        ctx.default_map = defaults_for("gate", ctx.command.params, value)
    return value


def _known_formats(values: list[str] | None) -> list[str]:
    for value in values or ():
        if value.partition("=")[0] not in GATE_FORMATS:
            raise typer.BadParameter(f"{value!r} is not one of {', '.join(GATE_FORMATS)}")
    return values or []


def run(
    paths: Annotated[
        _Texts,
        typer.Argument(metavar="PATH", help="Programs or folders; none: what is configured."),
    ] = None,
    dockerfile: Annotated[
        _Texts, _text("dockerfile", "FILE", "Judge the image that it makes; again for more.")
    ] = None,
    target: Annotated[
        _Text, _text("target", "STAGE", "The stage of the Dockerfile; default: the last.")
    ] = None,
    build_arg: Annotated[
        _Texts, _text("build-arg", "K=V", "A build argument; again for more.")
    ] = None,
    context: Annotated[
        _Text, _text("context", "DIR", "The build context; default: the Dockerfile's folder.")
    ] = None,
    platform: Annotated[
        _Text, _text("platform", "OS/ARCH", "That the image is for; default: the program's.")
    ] = None,
    base: Bases = None,
    compose: Annotated[
        _Text, _text("compose", "FILE", "Judge each service of a Compose file that builds.")
    ] = None,
    config: Annotated[
        _File,
        typer.Option(
            "--config",
            metavar="FILE",
            envvar="LINKCHECK_CONFIG",
            is_eager=True,
            callback=_use_config,
            help="In place of the .linkcheck.toml found upwards.",
        ),
    ] = None,
    fail_on: Annotated[
        str, _text("fail-on", "error|warning|note", "From which level on the answer is no.")
    ] = "error",
    require: Annotated[
        _Texts, _text("require", "static|pure-go|non-root", "What must hold; again for more.")
    ] = None,
    max_glibc: Annotated[
        _Text, _text("max-glibc", "VERSION", "The newest glibc that may be needed.")
    ] = None,
    allow_cgo: Annotated[
        _Texts, _text("allow-cgo", "MODULE", "Modules that may call C; others may not.")
    ] = None,
    max_size: Annotated[_Text, _text("max-size", "SIZE", "Of the program: 20MB, or bytes.")] = None,
    allow_base: Annotated[
        _Texts, _text("allow-base", "PATTERN", "Bases that may be used; others may not.")
    ] = None,
    severity: Annotated[
        _Texts, _text("severity", "RULE=LEVEL", "Another level for a rule, or off.")
    ] = None,
    baseline: Annotated[
        _File,
        _text("baseline", "FILE", "An earlier --format json: only what is new says no."),
    ] = None,
    format_: Annotated[
        _Texts,
        typer.Option(
            "--format",
            metavar="FORMAT[=FILE]",
            envvar="LINKCHECK_FORMAT",
            callback=_known_formats,
            help=f"{', '.join(GATE_FORMATS)}; again for more.",
        ),
    ] = None,
    fix_hint: Annotated[
        bool,
        typer.Option(
            "--fix-hint", envvar="LINKCHECK_FIX_HINT", help="Write a patch in place of the report."
        ),
    ] = False,
) -> None:
    """Say yes or no before an image goes out: a program, a Dockerfile, or both together.

    Exit code 0: yes. 1: a finding reaches --fail-on, or something is unknown. 2: an input can't
    be judged. 3: all that is missing is an engine or a registry.
    """
    from linkcheck.errors import EXIT_INPUT, EXIT_MISSING, EXIT_POLICY
    from linkcheck.gate.patch import patch_of
    from linkcheck.pipeline.gate import run_gate
    from linkcheck.pipeline.gaterequest import Wanted, requested

    flags = {
        "fail-on": fail_on,
        "require": require or None,
        "max-glibc": max_glibc,
        "allow-cgo": allow_cgo or None,
        "max-size": max_size,
        "allow-base": allow_base or None,
        "severity": severity or None,
    }
    wanted = Wanted(
        tuple(paths or ()),
        tuple(dockerfile or ()),
        tuple(base or ()),
        target,
        tuple(build_arg or ()),
        context,
        platform,
        compose,
        {key: value for key, value in flags.items() if value is not None},
    )
    found = requested(wanted, _config(config), os.environ)
    report = run_gate(
        found.targets,
        ignores=found.ignores,
        baseline=_baseline(baseline),
        failures=found.failures,
    )
    _write(report, format_ or ["table"], patch_of(report) if fix_hint else None)
    if report.errors:
        raise typer.Exit(EXIT_MISSING if report.missing else EXIT_INPUT)
    if not report.passed:
        raise typer.Exit(EXIT_POLICY)


def _config(path: Path | None) -> tuple[Path, dict[str, Any]] | None:
    from linkcheck.cli.config import read_config

    return read_config(path)


def _baseline(path: Path | None) -> frozenset[str]:
    if path is None:
        return frozenset()
    from linkcheck.pipeline.gaterequest import read_baseline

    return read_baseline(path)


def _write(report: GateReport, formats: list[str], patch: str | None) -> None:
    """Files first, so that they are there whatever becomes of stdout."""
    from linkcheck.cli.output import emit, screen_for
    from linkcheck.report.gates import gate_renderer

    shown = []
    for one in formats:
        name, _, file = one.partition("=")
        if file:
            emit(gate_renderer(name)(report, screen_for(Path(file))), Path(file))
        else:
            shown.append(name)
    if patch is not None:
        emit(patch)
        return
    for name in dict.fromkeys(shown):
        emit(gate_renderer(name)(report, screen_for(None)))
