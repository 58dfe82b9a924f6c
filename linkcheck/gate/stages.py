"""Instructions -> stages, and which stage stands on which base.

After moby/buildkit `frontend/dockerfile/instructions/parse.go` and `dockerfile2llb/convert.go`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from linkcheck.errors import UnreadableFileError, UsageError
from linkcheck.gate.reader import MAX_SIZE, DockerfileError, read_source
from linkcheck.gate.words import MAX_VALUE, Lookup, TooLongError, expand, split_words
from linkcheck.model.dockerfile import Dockerfile, Instruction, Stage

PLATFORM_ARGS: Final = ("PLATFORM", "OS", "ARCH", "VARIANT")
_STAGE_NAME: Final = re.compile(r"[a-z][a-z0-9._-]*\Z")
_ARG_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class Origin(NamedTuple):
    """What a stage stands on: an earlier stage, or an image REF; `missing` are unset ARGs."""

    stage: int | None
    ref: str
    platform: str | None  # of --platform, expanded
    platform_text: str | None  # as written
    missing: tuple[str, ...]


def read_dockerfile(path: str | Path) -> Dockerfile:
    """The Dockerfile at `path`. Raises UnreadableFileError or DockerfileError."""
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise UnreadableFileError(
            f"{path}: {error.strerror}", next_step="name the Dockerfile with --dockerfile"
        ) from error
    except ValueError as error:  # a NUL in the name
        raise UnreadableFileError(
            f"{path}: {error}", next_step="name the Dockerfile with --dockerfile"
        ) from error
    return parse_dockerfile(raw.decode("utf-8", "backslashreplace"), str(path))


def parse_dockerfile(text: str, path: str = "Dockerfile") -> Dockerfile:
    """The stages of a Dockerfile's text. Raises DockerfileError where BuildKit would refuse it."""
    source = read_source(text, path)
    leading: list[Instruction] = []
    stages: list[Stage] = []
    body: list[Instruction] = []
    for instruction in source.instructions:
        if instruction.keyword == "FROM":
            if stages:
                stages[-1] = stages[-1]._replace(instructions=tuple(body))
            stages.append(Stage(len(stages), _stage_name(instruction, path), instruction, ()))
            body = []
        elif stages:
            body.append(instruction)
        elif instruction.keyword == "ARG":
            leading.append(instruction)
        else:
            raise DockerfileError(
                f"{path}:{instruction.line}: no build stage in current context",
                next_step="start with FROM; only ARG may stand before it",
            )
    if not stages:
        raise DockerfileError(f"{path}: there is no FROM in it", next_step="name a Dockerfile")
    stages[-1] = stages[-1]._replace(instructions=tuple(body))
    return Dockerfile(
        path, source.escape, tuple(leading), tuple(stages), source.comments, source.lines
    )


def _stage_name(origin: Instruction, path: str) -> str | None:
    words = origin.words
    if len(words) == 1:
        return None
    if len(words) == 3 and words[1].lower() == "as" and _STAGE_NAME.match(words[2].lower()):
        return words[2].lower()
    raise DockerfileError(
        f"{path}:{origin.line}: FROM takes one image, or `image AS name`",
        next_step="mend that line",
    )


def find_stage(dockerfile: Dockerfile, target: str | None) -> Stage:
    """The stage that `--target` names (by name or number), else the last.

    Raises UsageError where there is no such stage.
    """
    if target is None:
        return dockerfile.stages[-1]
    found = _by_name(dockerfile.stages, target)
    if found is None and target.isascii() and target.isdigit():
        found = int(target) if int(target) < len(dockerfile.stages) else None
    if found is None:
        names = [s.name for s in dockerfile.stages if s.name]
        raise UsageError(
            f"{dockerfile.path}: there is no stage {target!r}",
            next_step=f"use one of {', '.join(names)}" if names else "name a stage with AS",
        )
    return dockerfile.stages[found]


def _by_name(stages: Sequence[Stage], name: str) -> int | None:
    """The latest stage of that name."""
    return next((s.number for s in reversed(stages) if s.name == name.lower()), None)


def stage_of(dockerfile: Dockerfile, name: str, before: int) -> int | None:
    """The stage that `FROM name` or `COPY --from=name` in stage number `before` means, or None."""
    earlier = dockerfile.stages[:before]
    found = _by_name(earlier, name)
    if found is None and name.isascii() and name.isdigit() and int(name) < before:
        return int(name)
    return found


class Arguments(NamedTuple):
    """The ARGs before the first FROM, with what the command line gives."""

    values: Mapping[str, str]
    given: Mapping[str, str]  # --build-arg
    platforms: Mapping[str, str]  # TARGETARCH, BUILDPLATFORM, ...
    contexts: Mapping[str, str] = {}  # names that stand for images or folders

    def lookup(self, name: str) -> str | None:
        """A variable in a FROM line: BuildKit gives these the platform variables as well."""
        return self.values.get(name, self.platforms.get(name))


def arguments(
    dockerfile: Dockerfile, build_args: Mapping[str, str], platform: str, build_platform: str
) -> Arguments:
    """The values of the ARGs before the first FROM."""
    platforms = {
        **_platform_values("TARGET", platform),
        **_platform_values("BUILD", build_platform),
    }
    platforms |= {name: value for name, value in build_args.items() if name in platforms}
    values: dict[str, str] = {}
    for instruction in dockerfile.leading:
        for name, default in arg_pairs(instruction):
            if name in build_args:
                values[name] = build_args[name]
            elif default is not None:
                values[name] = expanded(
                    dockerfile,
                    instruction.line,
                    default,
                    lambda n: values.get(n, platforms.get(n)),
                )
    return Arguments(values, build_args, platforms)


def _platform_values(prefix: str, platform: str) -> dict[str, str]:
    system, _, rest = platform.partition("/")
    machine, _, variant = rest.partition("/")
    return dict(
        zip((prefix + n for n in PLATFORM_ARGS), (platform, system, machine, variant), strict=True)
    )


def arg_pairs(instruction: Instruction) -> list[tuple[str, str | None]]:
    """`ARG a b=c` as [("a", None), ("b", "c")]."""
    pairs = []
    for word in split_words(instruction.args):
        name, equals, value = word.partition("=")
        if _ARG_NAME.match(name):
            pairs.append((name, value if equals else None))
    return pairs


def origin_of(dockerfile: Dockerfile, stage: Stage, args: Arguments) -> Origin:
    """What `stage` stands on. `missing` holds the variables of FROM that have no value."""
    missing: list[str] = []

    def lookup(name: str) -> str | None:
        value = args.lookup(name)
        if not value:
            missing.append(name)
        return value

    line = stage.origin.line
    ref = expanded(dockerfile, line, stage.origin.words[0], lookup)
    unset = tuple(dict.fromkeys(missing)) if not _complete(ref) else ()
    written = stage.origin.flag("platform")
    platform = expanded(dockerfile, line, written, args.lookup) if written else None
    return Origin(
        stage_of(dockerfile, ref, stage.number), ref, platform or None, written or None, unset
    )


def expanded(dockerfile: Dockerfile, line: int, text: str, lookup: Lookup) -> str:
    """`expand`, with DockerfileError in place of what it raises."""
    try:
        return expand(text, lookup, dockerfile.escape)
    except TooLongError:
        raise DockerfileError(
            f"{dockerfile.path}:{line}: a value of more than {MAX_VALUE} characters",
            next_step="mend the variables that refer to each other",
        ) from None


def _complete(ref: str) -> bool:
    return bool(ref) and not ref.endswith((":", "/", "@", "-", "."))
