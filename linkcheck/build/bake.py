"""A plan as a docker-bake file: one target a cell, for any BuildKit builder.

https://docs.docker.com/build/bake/reference/; JSON, whose strings are HCL templates.
A build that fails is a result, too: its log and exit code are what its target puts out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from linkcheck.build.builder import Program
from linkcheck.build.causes import NO_SUCH_CC
from linkcheck.build.invocation import build_call
from linkcheck.build.platforms import Platform
from linkcheck.build.recipe_tables import Recipe
from linkcheck.build.results import CELL, EXIT_CODE, LOG, SECONDS, cell_json
from linkcheck.build.source import Source

OUT = "/linkcheck.out"
_TREE = "/src"
_CACHES = {"GOCACHE": "/linkcheck/build", "GOMODCACHE": "/linkcheck/mod"}
_NOT_IN_A_TARGET = re.compile(r"[^A-Za-z0-9_-]")

# Arguments: the cell as JSON, target platform, libc promised, cross compiler ("" where cgo is off),
# name of the program, where `go` puts it, then the command. `go install` puts that of another
# platform one folder further down. The compiler is looked for here, as only the builder knows what
# it has.
_SCRIPT = f"""\
set -u
printf %s "$1" > {OUT}/{CELL}; target=$2 libc=$3 cross=$4 name=$5 put=$6; shift 6
if [ -n "$cross" ]; then
  own="${{CC:-gcc}} $(${{CC:-gcc}} -dumpmachine 2>/dev/null)"
  if [ "$(go env GOHOSTOS)/$(go env GOHOSTARCH)" != "$target" ]; then export CC="$cross"
  else case "$libc:$own" in
    musl:*musl*) ;;
    musl:*) export CC=musl-gcc ;;
    glibc:*musl*) export CC=gcc-for-glibc ;;
  esac; fi
fi
began=$(date +%s)
"$@" > {OUT}/{LOG} 2>&1
printf %s $? > {OUT}/{EXIT_CODE}
printf %s $(( $(date +%s) - began )) > {OUT}/{SECONDS}
for found in "$(dirname "$put")"/*/"$(basename "$put")" "$put"; do
  if [ -f "$found" ]; then mv "$found" "{OUT}/$name"; fi
done
rm -rf {OUT}/work"""


@dataclass(frozen=True, slots=True)
class BakeCell:
    """One cell, the image that builds it, and the folder of this machine for its results."""

    program: Program
    recipe: Recipe
    platform: Platform
    image: str
    dest: Path
    suffix: str = ""  # tells cells of several Go releases apart

    @property
    def target(self) -> str:
        """Its name in the file."""
        parts = (self.program.name, self.recipe.name, self.platform.folder, self.suffix)
        return _NOT_IN_A_TARGET.sub("-", "_".join(part for part in parts if part))


def bake_file(cells: list[BakeCell], settings: Mapping[str, str]) -> str:
    """The text of a docker-bake.json; `settings` are variables for every build."""
    document = {
        "group": {"default": {"targets": [cell.target for cell in cells]}},
        "target": {cell.target: _target(cell, settings) for cell in cells},
    }
    return json.dumps(_literal(document), indent=2) + "\n"


def _target(cell: BakeCell, settings: Mapping[str, str]) -> dict[str, object]:
    target: dict[str, object] = {
        "dockerfile-inline": _dockerfile(cell, settings),
        "output": [f"type=local,dest={cell.dest}"],
    }
    if isinstance(cell.program, Source):
        target["context"] = str(cell.program.tree)
    return target


def _dockerfile(cell: BakeCell, settings: Mapping[str, str]) -> str:
    recipe, platform = cell.recipe, cell.platform
    call = build_call("go", recipe, cell.program, platform, tree=_TREE, work=f"{OUT}/work")
    env = {**settings, **_CACHES, "GOENV": "off", "LC_ALL": "C", **call.env}
    cross = ""
    if recipe.cgo and "CC" not in dict(recipe.env):
        triples = platform.cross_triples(recipe.libc or "glibc")
        cross = f"{triples[0]}-gcc" if triples else NO_SUCH_CC
    name = cell.program.name
    command = [
        "sh", "-c", _SCRIPT, "sh",
        cell_json(cell.recipe, cell.platform, name),
        f"{platform.os}/{platform.arch}", recipe.libc, cross,
        name, call.output,
        "env", *(f"{key}={value}" for key, value in env.items()), *call.argv,
    ]  # fmt: skip
    mounts = [
        f"--mount=type=cache,id=linkcheck-{key.lower()},target={path}"
        for key, path in _CACHES.items()
    ]
    if isinstance(cell.program, Source):
        mounts.append(f"--mount=type=bind,target={_TREE}")
    lines = [
        f"FROM {cell.image} AS build",
        f"WORKDIR {OUT}/work",
        f"WORKDIR {call.cwd}",
        f"RUN {' '.join(mounts)} {json.dumps(command)}",
        "FROM scratch",
        f"COPY --from=build {OUT}/ /",
    ]
    return "\n".join(lines) + "\n"


def _literal(value: object) -> object:
    """`value` with nothing left that HCL would fill in."""
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, dict):
        return {key: _literal(item) for key, item in value.items()}
    return [_literal(item) for item in value] if isinstance(value, list) else value
