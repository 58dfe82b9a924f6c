"""One real project: its printed Dockerfile, its image, and the images that people write first."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from linkcheck.build.extras import Extras
from linkcheck.pipeline.compiled import Wish
from linkcheck.pipeline.shipping import shipping
from tools.dockerfiles.images import answer_of, image_of, size_of
from tools.dockerfiles.usual import Program, in_golang, on_debian
from tools.projects.catalog import Project
from tools.projects.sources import version_of

# of a program that C libraries are linked into: only an image that holds them compiles it
WITH_LIBRARIES = "static-glibc"
PURE_NAMES = ("netgo", "osusergo")  # what glibc itself can't do in a static program


class Weighed(NamedTuple):
    """One row. `same`: it said the same as in the golang image, with the same exit code."""

    project: str
    version: str
    recipe: str
    base: str
    size: int
    golang: int
    debian: int
    exit_code: int
    same: bool


def weigh(
    project: Project,
    folder: Path,
    golang: str,
    with_libraries: str,
    progress: Callable[[str], None],
) -> Weighed:
    """Build and start the project that lies in `folder`, a module with its vendor folder.

    `golang` is the usual image, `with_libraries` one with the C libraries of all projects.
    """
    image = with_libraries if project.libraries else None
    made = shipping(wish_for(project, folder, image), os.environ, progress)
    package = "." if project.main == "." else f"./{project.main}"
    program = Program(image or golang, package, project.tags, project.env)
    with image_of(in_golang(program), folder) as usual:
        expected = answer_of(usual, project.arguments)
        golang_size = size_of(usual)
    with image_of(on_debian(program), folder) as usual:
        debian_size = size_of(usual)
    with image_of(made.dockerfile, folder, made.ignore) as name:
        seen = answer_of(name, project.arguments)
        return Weighed(
            project=project.name,
            version=version_of(folder),
            recipe=_found(r"^# ([\w-]+): .*$", made.dockerfile.partition("COPY . /src")[2]),
            base=_last(r"^FROM (\S+)$", made.dockerfile),
            size=size_of(name),
            golang=golang_size,
            debian=debian_size,
            exit_code=seen[0],
            same=seen == expected,
        )


def wish_for(project: Project, folder: Path, image: str | None) -> Wish:
    """What a user would ask for: C libraries linked in, from an image that has them."""
    tags = (*project.tags, *PURE_NAMES) if project.libraries else project.tags
    return Wish(
        str(folder),
        recipe=WITH_LIBRARIES if project.libraries else None,
        mains=() if project.main == "." else (project.main,),
        image=image,
        extras=Extras(env=project.env, tags=tags),
    )


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    return found[1] if found else "?"


def _last(pattern: str, text: str) -> str:
    found: list[str] = re.findall(pattern, text, re.MULTILINE)
    return found[-1] if found else "?"
