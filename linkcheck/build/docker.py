"""The docker builder: each build in a throwaway container of a golang image.

Inside: the source under /src, read-only; caches that all runs share under /linkcheck, in named
volumes labelled `org.linkcheck=cache`; the program taken out as an archive.
A build cache is safe to share, as Go's keys hold the toolchain, the C compiler and all flags.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from linkcheck.build.builder import BuiltBinary, Capacity, NotBuilt, Outcome, Program
from linkcheck.build.causes import explain_failure, explain_os_error, tail
from linkcheck.build.compilers import Tools, Workshop, tools_for
from linkcheck.build.inside import SOURCE, VOLUMES, WORK, Inside, with_own_paths
from linkcheck.build.invocation import build_call
from linkcheck.build.platforms import Platform, linux_platform
from linkcheck.build.recipe_tables import Recipe
from linkcheck.build.source import Source
from linkcheck.engine.container import NOT_STARTED, CommandEnd, Container
from linkcheck.engine.engine import ContainerSpec, Engine, Image, plain_errors
from linkcheck.engine.folders import cache_home, deliver, scratch
from linkcheck.errors import MissingToolError

TIMEOUT = 900  # seconds a build
KILLED = frozenset({None, 137})  # by SIGKILL, as all that runs in a container that ends
SETTLE = 3.0  # seconds that the engine may take to notice the end of a container
ENDED = "the container was ended from outside"
_UNKNOWN_MACHINE = ""


class DockerBuilder:
    """Builds with the `go` of `image` in `engine`. A `Builder`.

    With `private`, builds may use the user's netrc and SSH agent.
    Raises MissingToolError where the engine stops answering while it is set up.
    """

    name = "docker"

    def __init__(
        self,
        engine: Engine,
        image: Image,
        *,
        environ: Mapping[str, str] | None = None,
        timeout: int = TIMEOUT,
        private: bool = False,
    ) -> None:
        self._engine = engine
        self._image = image
        self._environ = dict(os.environ if environ is None else environ)
        self._timeout = timeout
        self._cache = cache_home(self._environ)
        self._inside = Inside(self._environ, image, remote=engine.remote, private=private)
        self._mountable: dict[Path, bool] = {}
        self._machines: dict[str, str | None] = {}
        self._cancelled = threading.Event()
        engine.sweep()
        for name, _ in VOLUMES:
            engine.ensure_volume(name)

    @property
    def platform(self) -> Platform:
        """The platform of the builder image."""
        return linux_platform(self._image.architecture)

    def describe(self) -> str:
        """The engine and the image."""
        version = self.go_version()
        return f"{self._engine.describe()}, {self._image.ref}" + (
            f" ({version})" if version else ""
        )

    def go_version(self) -> str | None:
        """As the image says in GOLANG_VERSION, which golang's official ones do."""
        version = dict(self._image.env).get("GOLANG_VERSION")
        return f"go{version}" if version else None

    def capacity(self) -> Capacity:
        """The engine's machine."""
        return Capacity(self._engine.cpus, self._engine.memory)

    def inputs(self, recipe: Recipe, platform: Platform) -> str | None:  # noqa: ARG002 -- any of them
        """The image, what is mounted beside the source, and the settings passed on."""
        return json.dumps(["docker", self._image.id, *self._inside.identity()], sort_keys=True)

    def build(self, recipe: Recipe, source: Program, platform: Platform, into: Path) -> Outcome:
        """See `Builder.build`."""
        try:
            if outcome := self._build_mounted(recipe, source, platform, into):
                return outcome
            with self._engine.container(self._spec(source, mounted=False)) as container:
                with plain_errors("the source can't be copied into the container"):
                    self._inside.copy_in(container, source, without=into)
                return self._build(container, recipe, source, platform, into, mounted=False)
        except MissingToolError as error:
            if self._cancelled.is_set():
                return NotBuilt("skipped", "interrupted")
            return NotBuilt("failed", str(error))
        except OSError as error:
            return explain_os_error(error, into)

    def cancel(self) -> None:
        """Remove the running containers."""
        self._cancelled.set()
        self._engine.end_all()

    def close(self) -> None:
        """Close the connection to the engine."""
        self._engine.close()

    def _build_mounted(
        self, recipe: Recipe, source: Program, platform: Platform, into: Path
    ) -> Outcome | None:
        """Build with the source mounted; None where the engine does not see our files.

        A local engine may live in a virtual machine, or we in a container of it: then the path
        is not there, or holds something else. That is asked once a tree.
        """
        tree = source.tree if isinstance(source, Source) else Path()
        if self._engine.remote or self._mountable.get(tree) is False:
            return None
        try:
            with self._engine.container(self._spec(source, mounted=True)) as container:
                if tree not in self._mountable:
                    self._mountable[tree] = _sees(container, source)
                if self._mountable[tree]:
                    return self._build(container, recipe, source, platform, into, mounted=True)
        except MissingToolError:
            if tree in self._mountable:
                raise
            self._mountable[tree] = False
        return None

    def _build(
        self,
        container: Container,
        recipe: Recipe,
        source: Program,
        platform: Platform,
        into: Path,
        *,
        mounted: bool,
    ) -> Outcome:
        tools = self._tools(container, recipe, platform, mounted=mounted)
        if isinstance(tools, NotBuilt):
            return tools
        begun = time.monotonic()
        call = build_call("go", recipe, source, platform, tree=SOURCE, work=WORK)
        with plain_errors("Docker Engine failed"):
            self._inside.prepare(container)
            end = container.run(
                call.argv, env={**self._inside.env(), **tools.env, **call.env}, cwd=call.cwd
            )
        if isinstance(source, Source):
            end = replace(end, output=with_own_paths(end.output, source))
        if end.exit_code != 0:
            return self._failure(container, end, recipe, tools, time.monotonic() - begun)
        output = PurePosixPath(call.output)
        if not isinstance(source, Source) and not platform.same_cpu(self.platform):
            output = output.parent / f"{platform.os}_{platform.arch}" / output.name
        with scratch(self._cache) as folder:
            with plain_errors("the program can't be taken out of its container"):
                container.get(str(output), folder / "program")
            deliver(folder / "program", into / source.name)
        return BuiltBinary(into / source.name, tail(f"{tools.note}\n{end.output}"))

    def _tools(
        self, container: Container, recipe: Recipe, platform: Platform, *, mounted: bool
    ) -> Tools | NotBuilt:
        def ask(command: str) -> str | None:
            if command not in self._machines:
                with plain_errors("Docker Engine failed"):
                    end = container.run([*command.split(), "-dumpmachine"], env={}, cwd="/")
                if end.exit_code in KILLED:  # which tells nothing of the compiler
                    raise MissingToolError(ENDED)
                there = end.exit_code not in NOT_STARTED
                answer = end.output.strip() if end.exit_code == 0 else _UNKNOWN_MACHINE
                self._machines[command] = answer if there else None
            return self._machines[command]

        workshop = Workshop(
            own=self.platform,
            ask=ask,
            named=dict(self._image.env).get("CC"),
            zig=self._inside.zig if mounted else None,
            place=f"in {self._image.ref}",
        )
        return tools_for(recipe, platform, workshop)

    def _failure(
        self, container: Container, end: CommandEnd, recipe: Recipe, tools: Tools, seconds: float
    ) -> NotBuilt:
        log = tail(end.output)
        if self._cancelled.is_set():
            return NotBuilt("skipped", "interrupted", log)
        if end.exit_code in NOT_STARTED and "executable file not found" in end.output:
            return NotBuilt("failed", f"{self._image.ref} has no `go` on its PATH", log)
        if end.exit_code in KILLED:
            if container.runs_on(SETTLE):
                if end.exit_code is None:
                    return NotBuilt(
                        "failed", "Docker Engine could not run `go` in its container", log
                    )
                return NotBuilt("failed", "go build was killed: out of memory", log)
            if seconds >= self._timeout - 1:
                return NotBuilt("failed", f"took more than {self._timeout} s", log)
            return NotBuilt("failed", ENDED, log)
        if not container.lives():  # whatever was said: it tells nothing of the program
            return NotBuilt("failed", ENDED, log)
        lacking = tools.lacking or f"no C compiler in {self._image.ref}"
        return explain_failure(end.output, end.exit_code, cgo=recipe.cgo, no_compiler=lacking)

    def _spec(self, source: Program, *, mounted: bool) -> ContainerSpec:
        return ContainerSpec(
            image=self._image.ref,
            seconds=self._timeout,
            binds=self._inside.binds(source) if mounted else (),
            volumes=VOLUMES,
            network=not isinstance(source, Source) or source.needs_modules,
            # a quarter stays for the engine and all else that runs there
            memory=self._engine.memory * 3 // 4 or None,
            pids=1024 + 256 * self._engine.cpus,
        )


def _sees(container: Container, source: Program) -> bool:
    """Whether a file of the program reads the same in the container as here."""
    if not isinstance(source, Source):
        return True
    probe = next(file for file in sorted(source.folder.iterdir()) if file.suffix == ".go")
    inside = PurePosixPath(SOURCE, probe.relative_to(source.tree).as_posix())
    with plain_errors("the mounted source can't be read"):
        end = container.run(["cat", str(inside)], env={}, cwd="/")
    return end.exit_code == 0 and end.output == probe.read_bytes().decode("utf-8", "replace")
