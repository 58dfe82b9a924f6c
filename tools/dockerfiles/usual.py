"""The Dockerfiles that people write first, to compare with."""

from __future__ import annotations

from typing import Final, NamedTuple

RUNTIME: Final = "debian:12-slim"


class Program(NamedTuple):
    """A main package as `go build` takes it, with the project's tags and variables."""

    image: str
    package: str
    tags: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()


def in_golang(program: Program) -> str:
    """Compiled and started in the golang image."""
    return f'{_compiled(program, "")}ENTRYPOINT ["/app"]\n'


def on_debian(program: Program) -> str:
    """Compiled in the golang image, started on Debian; C libraries and certificates left out."""
    stages = [_compiled(program, " AS build"), f"FROM {RUNTIME}\n", "COPY --from=build /app /app\n"]
    return "".join((*stages, 'ENTRYPOINT ["/app"]\n'))


def _compiled(program: Program, name: str) -> str:
    env = "".join(f"{key}={value} " for key, value in program.env)
    tags = f"-tags {','.join(program.tags)} " if program.tags else ""
    return (
        f"FROM {program.image}{name}\nWORKDIR /src\nCOPY . .\n"
        f"RUN {env}go build -buildvcs=false {tags}-o /app {program.package}\n"
    )
