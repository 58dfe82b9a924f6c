"""The docker builder: each build in a throwaway container of a golang image.

Inside: the source under /src, read-only; caches that all runs share under /linkcheck, in named
volumes labelled `org.linkcheck=cache`; the program at /linkcheck.out, taken out as an archive.
A build cache is safe to share, as Go's keys hold the toolchain, the C compiler and all flags.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from linkcheck.build.builder import BuiltBinary, NotBuilt, Outcome
from linkcheck.build.causes import explain_failure, tail
from linkcheck.build.folders import cache_home, deliver, scratch
from linkcheck.build.invocation import build_argv, build_env, passed_on
from linkcheck.build.platforms import Platform, linux_platform
from linkcheck.build.recipes import Recipe
from linkcheck.build.source import Source
from linkcheck.engine.archive import pack
from linkcheck.engine.container import NOT_STARTED, CommandEnd, Container
from linkcheck.engine.engine import ContainerSpec, Engine, Image, plain_errors
from linkcheck.errors import MissingToolError

TIMEOUT = 900  # seconds a build
KILLED = frozenset({None, 137})  # by SIGKILL, as all that runs in a container that ends
SETTLE = 3.0  # seconds that the engine may take to notice the end of a container
SOURCE = "/src"
OUTPUT = "/linkcheck.out"
VOLUMES = (
    ("linkcheck-go-build", "/linkcheck/build"),
    ("linkcheck-go-mod", "/linkcheck/mod"),
)
_INSIDE = re.compile(rf"(?<![\w.~-]){re.escape(SOURCE)}(?=[/\s:,]|$)", re.MULTILINE)
_CACHES = {"GOCACHE": "/linkcheck/build", "GOMODCACHE": "/linkcheck/mod"}


class DockerBuilder:
    """Builds with the `go` of `image` in `engine`. A `Builder`.

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
    ) -> None:
        self._engine = engine
        self._image = image
        self._environ = dict(os.environ if environ is None else environ)
        self._timeout = timeout
        self._cache = cache_home(self._environ)
        self._mountable: dict[Path, bool] = {}
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

    def build(self, recipe: Recipe, source: Source, platform: Platform, into: Path) -> Outcome:
        """See `Builder.build`."""
        if recipe.cgo and not platform.same_cpu(self.platform):
            return NotBuilt(
                "skipped", f"no C compiler for {platform} in {self._image.ref} (try cgo-off)"
            )
        try:
            if outcome := self._build_mounted(recipe, source, platform, into):
                return outcome
            with self._engine.container(self._spec(source, mounted=False)) as container:
                self._copy_in(container, source, into)
                return self._build(container, recipe, source, platform, into)
        except MissingToolError as error:
            if self._cancelled.is_set():
                return NotBuilt("skipped", "interrupted")
            return NotBuilt("failed", str(error))
        except OSError as error:
            return NotBuilt("failed", f"{error.filename or into}: {error.strerror or error}")

    def cancel(self) -> None:
        """Remove the running containers."""
        self._cancelled.set()
        self._engine.end_all()

    def close(self) -> None:
        """Close the connection to the engine."""
        self._engine.close()

    def _build_mounted(
        self, recipe: Recipe, source: Source, platform: Platform, into: Path
    ) -> Outcome | None:
        """Build with the source mounted; None where the engine does not see our files.

        A local engine may live in a virtual machine, or we in a container of it: then the path
        is not there, or holds something else. That is asked once a tree.
        """
        if self._engine.remote or self._mountable.get(source.tree) is False:
            return None
        try:
            with self._engine.container(self._spec(source, mounted=True)) as container:
                if source.tree not in self._mountable:
                    self._mountable[source.tree] = _sees(container, source)
                if self._mountable[source.tree]:
                    return self._build(container, recipe, source, platform, into)
        except MissingToolError:
            if source.tree in self._mountable:
                raise
            self._mountable[source.tree] = False
        return None

    def _build(
        self,
        container: Container,
        recipe: Recipe,
        source: Source,
        platform: Platform,
        into: Path,
    ) -> Outcome:
        begun = time.monotonic()
        env = passed_on(self._environ) | _CACHES | {"GOENV": "off", "LC_ALL": "C"}
        with plain_errors("Docker Engine failed"):
            end = container.run(
                build_argv("go", recipe, source, OUTPUT),
                env=env | build_env(recipe, source, platform),
                cwd=str(PurePosixPath(SOURCE, source.module.as_posix())),
            )
        end = replace(end, output=_with_own_paths(end.output, source))
        if end.exit_code != 0:
            return self._failure(container, end, recipe, time.monotonic() - begun)
        with scratch(self._cache) as folder:
            with plain_errors("the program can't be taken out of its container"):
                container.get(OUTPUT, folder / "program")
            deliver(folder / "program", into / source.name)
        return BuiltBinary(into / source.name, tail(end.output))

    def _failure(
        self, container: Container, end: CommandEnd, recipe: Recipe, seconds: float
    ) -> NotBuilt:
        log = tail(end.output)
        if self._cancelled.is_set():
            return NotBuilt("skipped", "interrupted", log)
        if end.exit_code in NOT_STARTED and "executable file not found" in end.output:
            return NotBuilt("failed", f"{self._image.ref} has no `go` on its PATH", log)
        if end.exit_code in KILLED:
            if container.runs_on(SETTLE):
                return NotBuilt("failed", "go build was killed: out of memory", log)
            if seconds >= self._timeout - 1:
                return NotBuilt("failed", f"took more than {self._timeout} s", log)
            return NotBuilt("failed", "the container was ended from outside", log)
        return explain_failure(
            end.output,
            end.exit_code,
            cgo=recipe.cgo,
            no_compiler=f"no C compiler in {self._image.ref} (try --image golang:bookworm)",
        )

    def _spec(self, source: Source, *, mounted: bool) -> ContainerSpec:
        return ContainerSpec(
            image=self._image.ref,
            seconds=self._timeout,
            binds=((str(source.tree), SOURCE),) if mounted else (),
            volumes=VOLUMES,
            network=source.needs_modules,
            # a quarter stays for the engine and all else that runs there
            memory=self._engine.memory * 3 // 4 or None,
            pids=1024 + 256 * self._engine.cpus,
        )

    def _copy_in(self, container: Container, source: Source, into: Path) -> None:
        with (
            pack(source.tree, SOURCE, without=into) as archive,
            plain_errors("the source can't be copied into the container"),
        ):
            container.put(archive, "/")


def _sees(container: Container, source: Source) -> bool:
    """Whether a file of the program reads the same in the container as here."""
    probe = next(file for file in sorted(source.folder.iterdir()) if file.suffix == ".go")
    inside = PurePosixPath(SOURCE, probe.relative_to(source.tree).as_posix())
    with plain_errors("the mounted source can't be read"):
        end = container.run(["cat", str(inside)], env={}, cwd="/")
    return end.exit_code == 0 and end.output == probe.read_bytes().decode("utf-8", "replace")


def _with_own_paths(log: str, source: Source) -> str:
    """What the compiler said of /src, said of the folder that the user knows."""
    return _INSIDE.sub(lambda _: str(source.tree), log)
