"""A Compose file in two steps: compile into a folder, then make images of what lies there.

What compiles is a service of its own that `docker compose up` leaves alone (profiles); the images
are made of finished programs, each by a Dockerfile that stands in the file (compose-spec,
"dockerfile_inline").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from linkcheck.errors import UsageError
from linkcheck.ship.words import comment, name

PROFILE: Final = "compile"
_OUT: Final = "bin"
_CACHES: Final = (("go-mod", "/go/pkg/mod"), ("go-build", "/root/.cache/go-build"))


class Compilation(NamedTuple):
    """Where programs are compiled; those with equal ones share a service.

    `context` is the folder of the sources as seen from the Compose file, `module` go.mod's in it;
    `env` holds shell words.
    """

    image: str
    packages: tuple[str, ...]
    context: str
    module: str
    env: Mapping[str, str]


class Built(NamedTuple):
    """One program: its service's name, how it is compiled to /out/NAME, its image's Dockerfile."""

    service: str
    compilation: Compilation
    command: tuple[str, ...]
    dockerfile: str


def compose_file(programs: Sequence[Built]) -> str:
    """The file for `programs`.

    Raises UsageError for a folder that it can't name, and for two programs of one name.
    """
    names = [_service(program.service) for program in programs]
    if len(set(names)) != len(names):
        raise UsageError("two programs have the same name", next_step="choose some with --main")
    steps = list(_steps(programs, names))
    calls = [f"docker compose run --rm {step}" for step, _ in steps]
    lines = [
        *comment("Two steps: compile into bin/, then make images of what lies there."),
        *(f"#   {call}" for call in (*calls, "docker compose up --build")),
        *comment(
            "Ports, settings and the like go into compose.override.yaml, which Compose adds by "
            "itself. Written by linkcheck dockerfile --compose."
        ),
        "services:",
    ]
    for step, members in steps:
        lines += _compiling(step, members)
    for service, program in zip(names, programs, strict=True):
        lines += _imaging(service, program)
    return "\n".join([*lines, "volumes:", *(f"  {volume}:" for volume, _ in _CACHES)]) + "\n"


def _steps(
    programs: Sequence[Built], taken: Sequence[str]
) -> Iterator[tuple[str, Sequence[Built]]]:
    groups: dict[str, list[Built]] = {}
    for program in programs:
        groups.setdefault(repr(program.compilation), []).append(program)
    used = set(taken)
    for members in groups.values():
        step = "compile"
        while step in used:
            step += f"-{_service(members[0].service)}"
        used.add(step)
        yield step, members


def _compiling(step: str, members: Sequence[Built]) -> list[str]:
    how = members[0].compilation
    place = "/src" if how.module in ("", ".") else f"/src/{name(how.module, 'folder')}"
    script = [f"apk add --no-cache {' '.join(how.packages)}"] if how.packages else []
    script += [f"export {' '.join(f'{key}={value}' for key, value in how.env.items())}"]
    script += [" ".join(program.command) for program in members]
    return [
        f"  {step}:",
        f"    image: {json.dumps(how.image)}",
        f"    profiles: [{PROFILE}]",
        f"    working_dir: {_scalar(place)}",
        "    volumes:",
        f"      - {_scalar(f'{how.context}:/src:ro')}",
        f"      - ./{_OUT}:/out",
        *(f"      - {volume}:{target}" for volume, target in _CACHES),
        '    entrypoint: ["sh", "-euc"]',
        "    command:",
        "      - |",
        *(f"        {line}".replace("$", "$$") for line in script),
    ]


def _imaging(service: str, program: Built) -> list[str]:
    lines = program.dockerfile.rstrip("\n").split("\n")
    return [
        f"  {service}:",
        "    build:",
        f"      context: ./{_OUT}",
        "      dockerfile_inline: |",
        *(f"        {line}".rstrip().replace("$", "$$") for line in lines),
    ]


def _service(program: str) -> str:
    """A name that is also one for an image: lower case, no `+` (compose-spec, "services")."""
    return re.sub(r"[^a-z0-9_.-]", "-", program.lower()).strip("_.-") or "app"


def _scalar(text: str) -> str:
    """In double quotes: JSON's strings are YAML's; a `$` is Compose's."""
    return json.dumps(text, ensure_ascii=False).replace("$", "$$")
