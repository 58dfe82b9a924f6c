"""A Dockerfile that is right for one program, as text: each part says why it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from linkcheck.ship.lacking import (
    IMAGES,
    Addition,
    Origin,
    copied_from,
    helper_stages,
    made_in,
)
from linkcheck.ship.words import comment, copy, name, string

PROGRAM: Final = "/app"
BUILT: Final = "/out/app"  # where a GoBuild's command puts the program
_WRITTEN_BY: Final = "Written by linkcheck dockerfile."
_COMPILING: Final = Origin("build", "build")
_CACHES: Final = (
    "--mount=type=cache,target=/go/pkg/mod",
    "--mount=type=cache,target=/root/.cache/go-build",
)


class Stage(NamedTuple):
    """The stage that goes out. `add` is what the base lacks, `reason` why the base suffices."""

    base: str
    user: str  # UID:GID
    add: tuple[Addition, ...]
    labels: Mapping[str, str]
    reason: str


class GoBuild(NamedTuple):
    """How the program is compiled, by shell words that `command` holds ready for RUN.

    `context` is the build context as a path from where the source was named, None where all
    comes from a module proxy; `module` is go.mod's folder below it.
    """

    context: str | None
    image: str
    why_image: str
    packages: tuple[str, ...]  # of apk
    module: str
    module_files: tuple[str, ...]  # what is copied to download modules; () for none
    downloads: bool
    env: Mapping[str, str]
    command: tuple[str, ...]
    why_recipe: str
    cross: bool  # on the builder's own CPU for each target


def binary_dockerfile(file: str, mode: int | None, platform: str | None, final: Stage) -> str:
    """For a program that is there, `file` below the build context.

    `platform` None: that is told elsewhere. Raises UsageError for a name that no Dockerfile can
    hold.
    """
    lines = []
    if platform is not None:
        call = f"docker build --platform {platform} ."
        lines = _how(f"For a {platform} program, in its folder:", call)
    flags = []
    program: list[str] = []
    if mode is not None and not mode & 0o001:
        program = comment("BuildKit's: the file has no execute bit for the user below")
        flags = ["--chmod=0755"]
    program += [copy(flags, (name(file),), PROGRAM)]
    copies = copied_from(IMAGES, final.add)
    text = _text([*lines, *helper_stages(final.add), *_final(final, copies, program)])
    return text.lstrip("\n")


def source_dockerfile(build: GoBuild, final: Stage) -> str:
    """From Go source: a stage that compiles, and the one that goes out. Needs BuildKit.

    Raises UsageError for a folder that no Dockerfile can name.
    """
    lines = [*_how_from_source(build.context), "", *comment(build.why_image)]
    platform = "--platform=$BUILDPLATFORM " if build.cross else ""
    lines += [f"FROM {platform}{build.image} AS build"]
    if build.packages:
        lines += ["# hadolint ignore=DL3018"]
        lines += [f"RUN apk add --no-cache {' '.join(build.packages)}"]
    if build.cross:
        lines += comment("BuildKit gives these; a default here would hide what it gives")
        lines += ["ARG TARGETOS", "ARG TARGETARCH", "ARG TARGETVARIANT"]
    else:
        lines += comment(
            "cgo is on: compiled on the target's own CPU, or one that BuildKit emulates"
        )
    if build.downloads:
        lines += comment("for modules from elsewhere: --build-arg GOPROXY=...")
        lines += ["ARG GOPROXY", "ARG GOSUMDB"]
    lines += [*_sources(build), *comment(build.why_recipe), *_run(_compile(build))]
    lines += made_in(_COMPILING, final.add)
    copies = copied_from(_COMPILING, final.add)
    program = [copy(["--from=build"], (BUILT,), PROGRAM)]
    return _text([*lines, *_final(final, copies, program)])


def _how(text: str, call: str) -> list[str]:
    return [*comment(text), f"#   {call}", f"# {_WRITTEN_BY}"]


def _how_from_source(context: str | None) -> list[str]:
    call = "docker build [--platform ...]"
    if context is None:
        return _how("From a module proxy, with BuildKit:", f"{call} - < FILE")
    if context == ".":
        return _how("From source, with BuildKit, in the folder of go.mod:", f"{call} .")
    text = (
        "From source, with BuildKit, in the program's folder; the context holds all modules that "
        "take part, and .dockerignore lies there:"
    )
    return _how(text, f"{call} -f FILE {context}")


def _sources(build: GoBuild) -> list[str]:
    if build.context is None:
        return ["WORKDIR /src"]
    inside = name(build.module, "folder")
    lines = [f"WORKDIR {'/src' if inside in ('', '.') else f'/src/{inside}'}"]
    if build.module_files:
        lines += comment("modules first: they are downloaded anew where these files change")
        lines += [f"COPY {' '.join(build.module_files)} ./", *_run(("go mod download",))]
    return [*lines, "COPY . /src"]


def _compile(build: GoBuild) -> tuple[str, ...]:
    env = dict(build.env)
    if build.cross:
        env |= {"GOOS": "$TARGETOS", "GOARCH": "$TARGETARCH", "GOARM": "${TARGETVARIANT#v}"}
    settings = " ".join(f"{key}={value}" for key, value in env.items())
    return (settings, *build.command)


def _final(final: Stage, copies: Sequence[str], program: Sequence[str]) -> list[str]:
    lines = ["", *comment(final.reason)]
    if final.base.endswith(":latest"):
        lines += ["# hadolint ignore=DL3007"]  # its own name for it, or there is no other tag
    lines += [f"FROM {final.base}", *copies, *program]
    if final.labels:
        pairs = [f"{key}={string(value)}" for key, value in sorted(final.labels.items())]
        lines += ["LABEL " + " \\\n      ".join(pairs)]
    lines += comment("a number: runAsNonRoot can't check a name")
    lines += [f"USER {final.user}"]
    lines += comment("exec form: no shell in between, so that signals reach the program")
    return [*lines, f'ENTRYPOINT ["{PROGRAM}"]']


def _run(words: Sequence[str]) -> list[str]:
    return ["RUN " + " \\\n    ".join((*_CACHES, *words))]


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
