"""The bake builder: each cell a target of `docker buildx bake`, on whatever BuildKit that uses."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from linkcheck.build.bake import BakeCell, bake_file
from linkcheck.build.builder import BuiltBinary, Capacity, NotBuilt, Outcome, Program
from linkcheck.build.builder_image import default_ref
from linkcheck.build.causes import explain_os_error, tail
from linkcheck.build.inside import with_own_paths
from linkcheck.build.invocation import passed_on
from linkcheck.build.machine import capacity
from linkcheck.build.platforms import Platform, linux_platform
from linkcheck.build.process import Processes
from linkcheck.build.recipe_tables import Recipe
from linkcheck.build.results import read_result
from linkcheck.build.source import Source
from linkcheck.engine.folders import cache_home, deliver, scratch
from linkcheck.errors import LinkcheckError, MissingToolError

TIMEOUT = 1800.0  # seconds a cell, as the image may have to be pulled first


class BakeBuilder:
    """Builds with `docker buildx bake` in an image that its BuildKit can get. A `Builder`.

    Raises MissingToolError where buildx is not there.
    """

    name = "bake"

    def __init__(
        self,
        *,
        image: str | None = None,
        go: str | None = None,
        environ: Mapping[str, str] | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        self._image = image or default_ref(go)
        self._timeout = timeout
        self._processes = Processes()
        self._cache = cache_home(self._environ)
        self._docker = shutil.which("docker", path=self._environ.get("PATH")) or ""
        self._version = self._ask_version()

    @property
    def platform(self) -> Platform:
        """Linux on this machine's CPU."""
        return linux_platform()

    def describe(self) -> str:
        """Buildx and the image."""
        return f"docker buildx bake ({self._version}), {self._image}"

    def go_version(self) -> str | None:
        """The image is not looked into: the built programs tell."""
        return None

    def capacity(self) -> Capacity:
        """As many as this machine would build; BuildKit queues what is too much for it."""
        return capacity()

    def inputs(self, recipe: Recipe, platform: Platform) -> str | None:  # noqa: ARG002 -- protocol
        """Not told, as what the image's name stands for may change; BuildKit has its own cache."""
        return None

    def build(self, recipe: Recipe, source: Program, platform: Platform, into: Path) -> Outcome:
        """See `Builder.build`."""
        try:
            with scratch(self._cache) as folder:
                dest = folder / "result"
                cell = BakeCell(source, recipe, platform, self._image, dest)
                plan = folder / "docker-bake.json"
                plan.write_text(bake_file([cell], passed_on(self._environ)), "utf-8")
                (folder / "empty").mkdir()  # the context of what needs none
                finished = self._processes.run(
                    [self._docker, "buildx", "bake", "--progress", "plain", "-f", str(plan)],
                    cwd=folder / "empty",
                    env={**self._environ, "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"},
                    timeout=self._timeout,
                )
                if finished.ending == "cancelled":
                    return NotBuilt("skipped", "interrupted")
                if finished.ending == "timed out":
                    return NotBuilt("failed", f"took more than {self._timeout:g} s")
                if finished.exit_code != 0:
                    return NotBuilt("failed", _why(finished.output), tail(finished.output))
                outcome = _with_own_paths(read_result(dest).outcome, source)
                if isinstance(outcome, NotBuilt):
                    return outcome
                deliver(outcome.path, into / source.name)
                return BuiltBinary(into / source.name, outcome.log_tail)
        except LinkcheckError as error:
            return NotBuilt("failed", error.message)
        except OSError as error:
            return explain_os_error(error, into)

    def cancel(self) -> None:
        """End the running calls of buildx, which cancels their builds."""
        self._processes.cancel()

    def close(self) -> None:
        """Nothing is held open."""

    def _ask_version(self) -> str:
        missing = MissingToolError(
            "there is no `docker buildx` here",
            next_step="install the docker-buildx plugin, or take another --builder",
        )
        if not self._docker:
            raise missing
        try:
            finished = Processes().run(
                [self._docker, "buildx", "version"], cwd=self._cache, env=self._environ, timeout=60
            )
        except OSError as error:
            raise missing from error
        if finished.ending != "exited" or finished.exit_code != 0:
            raise missing
        words = finished.output.split()
        return f"buildx {words[1]}" if len(words) > 1 else "buildx"


def _with_own_paths(outcome: Outcome, source: Program) -> Outcome:
    """What the compiler said of the tree as BuildKit sees it, said of the user's folder."""
    if not isinstance(source, Source):
        return outcome
    log = with_own_paths(outcome.log_tail, source)
    if isinstance(outcome, BuiltBinary):
        return replace(outcome, log_tail=log)
    return replace(outcome, cause=with_own_paths(outcome.cause, source), log_tail=log)


def _why(log: str) -> str:
    """The line in which buildx says what went wrong."""
    lines = [line.strip() for line in log.splitlines() if "error" in line.lower()]
    return lines[-1] if lines else "docker buildx bake failed"
