"""The command group, and the one place where errors become exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from linkcheck import errors
from linkcheck.cli.failure import report_failure
from linkcheck.cli.plain import PlainCommand, spare_pydantic

# name -> (module, one line of help). A command is one line here and one module.
COMMANDS: Final = {
    "analyze": ("linkcheck.cli.analyze", "Say where programs run, and the smallest base for each."),
    "matrix": ("linkcheck.cli.matrix", "Build a Go program in several ways and judge each build."),
    "verify": ("linkcheck.cli.verify", "Start a program in bases, and compare with the verdicts."),
    "gate": ("linkcheck.cli.gate", "Say yes or no to a program, a Dockerfile, or both."),
    "ways": ("linkcheck.cli.ways", "Show every way to ship a program, and what each one costs."),
    "dockerfile": ("linkcheck.cli.dockerfile", "Print a Dockerfile that is right for a program."),
    "bundle": ("linkcheck.cli.bundle", "Put a program and just what it needs into one place."),
    "image": ("linkcheck.cli.image", "Say whether an image's own entrypoint starts in it."),
    "image build": ("linkcheck.cli.image_build", "Make an image of a program and what it needs."),
    "bases": ("linkcheck.cli.bases", "Show what the known base images provide."),
    "doctor": ("linkcheck.cli.doctor", "Show which tools are here, and what the others cost."),
    "explain": ("linkcheck.cli.explain", "Show the page of a rule, or what an error text means."),
    "schema": ("linkcheck.cli.schema", "Print the JSON Schema of the reports."),
    "version": ("linkcheck.cli.version", "Print the version."),
}


class LazyGroup(TyperGroup):
    """A group that imports a command when it is run, and lists the others from COMMANDS."""

    def get_params(self, ctx: Any) -> Any:  # noqa: D102 -- click's hook, also for --help
        return spare_pydantic(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002, D102 -- click's signature
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: D102
        if cmd_name not in COMMANDS:
            return None
        command = load_command(cmd_name)
        if not ctx.resilient_parsing:
            from linkcheck.cli.config import defaults_for

            ctx.default_map = {cmd_name: defaults_for(cmd_name, command.params)}
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: D102
        if " ".join(args[:2]) in COMMANDS:  # `image build`, where `image REF` is a command too
            args = [" ".join(args[:2]), *args[2:]]
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "see `linkcheck --help`"
            raise errors.UsageError(f"there is no command {args[0]!r}", next_step=hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002, D102
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


def load_command(name: str) -> Any:
    """The click command `name`, made from the function `run` of its module."""
    module = import_module(COMMANDS[name][0])
    run: Callable[..., Any] = module.run
    return as_command(name, run, getattr(module, "CommandClass", PlainCommand))


def as_command(
    name: str, run: Callable[..., Any], command_class: type[PlainCommand] = PlainCommand
) -> Any:
    """One typed function as a click command with plain help."""
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name, cls=command_class)(run)
    return typer.main.get_command(single)


def build_app() -> Any:
    """The whole command line as a click group."""
    app = typer.Typer(
        cls=LazyGroup,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
    )

    @app.callback()
    def linkcheck(
        version: bool = typer.Option(
            False, "--version", is_eager=True, callback=_show_version, help="Print the version."
        ),
    ) -> None:
        """Will this program start in that container base image, will it work there,
        and what is the smallest base that suffices?
        """

    return typer.main.get_command(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        import_module(COMMANDS["version"][0]).run()
        raise typer.Exit


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line `argv` (default: the process's own) and exit with its code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        build_app().main(args=arguments, prog_name="linkcheck")
    except BaseException as error:
        sys.exit(report_failure(error))
    sys.exit(errors.EXIT_OK)
