"""Which runner for which base: an image of the engine, or a root file system under bubblewrap."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from linkcheck.errors import MissingToolError
from linkcheck.model.provides import BaseImage
from linkcheck.run.bubblewrap import BubblewrapRunner
from linkcheck.run.emulation import is_native_image

if TYPE_CHECKING:
    from linkcheck.engine.engine import Engine, Image
    from linkcheck.run.runner import Runner


def _silent(_: str) -> None:
    return None


class Runners:
    """The runners of one command: the engine is asked for once, and only if a base wants it."""

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        progress: Callable[[str], None] = _silent,
    ) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        self._progress = progress
        self._engine: Engine | None = None
        self._no_engine: MissingToolError | None = None

    def runner(self, base: BaseImage, platform: str, *, pull: bool) -> Runner:
        """What starts a program of `platform` in `base`; an image that is not here may be pulled.

        Raises MissingToolError where nothing here can, BadRootError for a root that is not there.
        """
        scheme, _, rest = base.name.partition(":")
        if scheme == "dir":
            return BubblewrapRunner(Path(rest), base.ref)
        if base.name == "scratch":
            return self._scratch()
        if base.source != "catalog" and scheme not in ("docker", "registry"):
            raise MissingToolError(
                f"{base.ref}: programs can't be started in a base of this kind",
                next_step="`docker load` it and take its name, or unpack it and use dir:PATH",
            )
        if scheme == "registry":
            return self._in_image((rest,), platform, pull=True, anew=True)
        names = (rest,) if scheme == "docker" else (base.ref, base.name)
        return self._in_image(tuple(dict.fromkeys(names)), platform, pull=pull)

    def cancel(self) -> None:
        """End all that is running, from any thread."""
        if self._engine is not None:
            self._engine.end_all()

    def close(self) -> None:
        """Let go of the engine."""
        if self._engine is not None:
            self._engine.close()

    def _scratch(self) -> Runner:
        try:
            engine = self._connected()
        except MissingToolError as no_engine:
            try:
                return BubblewrapRunner(None, "scratch")
            except MissingToolError as no_bubblewrap:
                raise MissingToolError(
                    f"nothing to start programs with: {no_engine.message}; {no_bubblewrap.message}",
                    next_step="start Docker Engine, or apt-get install bubblewrap",
                ) from no_engine
        return self._docker(engine, None)

    def _in_image(
        self, names: tuple[str, ...], platform: str, *, pull: bool, anew: bool = False
    ) -> Runner:
        """`anew`: the engine's own image of that name may be older than what was judged."""
        try:
            engine = self._connected()
        except MissingToolError as error:
            raise MissingToolError(
                f"no engine to hold such an image: {error.message}",
                next_step="start Docker Engine, or unpack the image and use dir:PATH",
            ) from error
        image = None if anew else next(filter(None, map(engine.image, names)), None)
        if image is None and pull:
            image = self._pulled(engine, names[0], platform)
        if image is None:
            raise MissingToolError(
                f"not here: {engine.describe()} has no such image",
                next_step="`docker pull` it, or name it with --base",
            )
        if platform.startswith("linux/") and platform.split("/")[1] != image.architecture:
            raise MissingToolError(
                f"{image.ref} is here for linux/{image.architecture}, the program is {platform}",
                next_step=f"`docker pull --platform {platform} {image.ref}`",
            )
        return self._docker(engine, image.ref)

    def _pulled(self, engine: Engine, name: str, platform: str) -> Image | None:
        own = not platform.startswith("linux/") or is_native_image(
            platform.split("/")[1], engine.architecture
        )
        try:
            engine.pull(name, self._progress, None if own else platform)
        except MissingToolError as error:
            raise MissingToolError(
                f"not in {engine.describe()}, and {error.message}",
                next_step="load it (`docker load`), or unpack it and use dir:PATH",
            ) from error
        return engine.image(name)

    def _connected(self) -> Engine:
        from linkcheck.engine.engine import connect  # noqa: PLC0415 -- `dir:` needs no engine

        if self._no_engine is not None:
            raise self._no_engine
        if self._engine is None:
            try:
                self._engine = connect(self._environ)
                self._engine.sweep()
            except MissingToolError as error:
                self._no_engine = error
                raise
        return self._engine

    def _docker(self, engine: Engine, image: str | None) -> Runner:
        from linkcheck.run.docker import DockerRunner  # noqa: PLC0415 -- see _connected

        return DockerRunner(engine, image)
