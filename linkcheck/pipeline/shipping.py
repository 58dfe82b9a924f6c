"""`dockerfile`: from a program, or from Go source that is built once to see what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from linkcheck.build.remote import Remote, parse_remote
from linkcheck.errors import UsageError
from linkcheck.pipeline.analyze import Analyzer
from linkcheck.pipeline.compiled import Compiled, Wish, compiled, programs_of
from linkcheck.pipeline.finalstage import final_stage
from linkcheck.pipeline.gobuild import go_build
from linkcheck.ship.compose import Built, Compilation, compose_file
from linkcheck.ship.dockerfile import BUILT, binary_dockerfile, source_dockerfile
from linkcheck.ship.dockerignore import ignore_all_but, ignore_for_source

Progress = Callable[[str], None]


class Shipping(NamedTuple):
    """The texts of a Dockerfile and its .dockerignore."""

    dockerfile: str
    ignore: str


def shipping(wish: Wish, environ: Mapping[str, str], progress: Progress) -> Shipping:
    """The Dockerfile for a program, or for the Go source in a folder or of a module.

    Raises UsageError where the program does not run on the base, does not compile, or there are
    several, and what `analyze` and `matrix` raise.
    """
    if _is_program(wish):
        return _of_program(wish)
    programs = programs_of(wish)
    if len(programs) > 1:
        raise UsageError(
            f"{wish.path} holds {len(programs)} main packages "
            f"({', '.join(program.name for program in programs)})",
            next_step="choose one with --main, or take --compose",
        )
    made = compiled(wish, programs[0], environ, progress)
    build = go_build(wish, made, environ, BUILT)
    return Shipping(source_dockerfile(build, made.final), ignore_for_source())


def composed(wish: Wish, environ: Mapping[str, str], progress: Progress) -> str:
    """The Compose file that compiles all main packages of a folder, then makes an image of each.

    Raises what `shipping` raises, and UsageError for anything but a folder.
    """
    if not Path(wish.path).is_dir():
        raise UsageError(
            "--compose compiles the programs of a folder", next_step="name the folder with go.mod"
        )
    made = [compiled(wish, program, environ, progress) for program in programs_of(wish)]
    return compose_file([_service(wish, one, environ) for one in made])


def _is_program(wish: Wish) -> bool:
    path = Path(wish.path)
    return path.is_file() or (not path.is_dir() and _remote(wish.path) is None)


def _remote(text: str) -> Remote | None:
    return None if Path(text).exists() else parse_remote(text)


def _of_program(wish: Wish) -> Shipping:
    if wish.only_for_source:
        raise UsageError(
            f"{wish.path} is a program: {wish.only_for_source[0]} is for source",
            next_step="drop it, or name the folder of a Go program",
        )
    path = Path(wish.path)
    subject = Analyzer((wish.base,) if wish.base else ()).subject(path)
    final = final_stage(subject, wish.base)
    text = binary_dockerfile(path.name, subject.facts.mode, subject.facts.platform, final)
    return Shipping(text, ignore_all_but(path.name))


def _service(wish: Wish, made: Compiled, environ: Mapping[str, str]) -> Built:
    name = made.program.name
    build = go_build(wish, made, environ, f"/out/{name}")
    how = Compilation(build.image, build.packages, build.context or ".", build.module, build.env)
    dockerfile = binary_dockerfile(name, made.subject.facts.mode, None, made.final)
    return Built(name, how, build.command, dockerfile)
