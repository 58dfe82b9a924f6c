"""`doctor`: which tools are here, what each missing one costs, and what brings it."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from linkcheck.build.builder_image import REPOSITORY, default_ref
from linkcheck.build.compilers import GET_ZIG, HOSTED
from linkcheck.build.platforms import linux_platform, parse_platform
from linkcheck.build.toolchain import all_go, find_zig
from linkcheck.engine.engine import connect
from linkcheck.errors import MissingToolError, UsageError
from linkcheck.model.diagnosis import Check
from linkcheck.pipeline.packages import install_command

SECONDS: Final = 3  # for each question; an engine far away is asked two
_OTHERS: Final = ("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386", "linux/riscv64")
_NO_ZIG: Final = "no local builds with cgo for other CPUs, nor for musl or an older glibc"

Environ = Mapping[str, str]


def examine(environ: Environ) -> tuple[Check, ...]:
    """Ask for every tool, in the order of CHECKS; takes some seconds at most, and raises nothing.

    The engine is asked beside the others, as one that is dead takes its time to say so.
    """
    engine = _Beside(lambda: _engine(environ))
    own = {name: check(environ) for name, check in CHECKS.items() if check is not None}
    for check in engine.result(3 * SECONDS, lambda: _silent_engine(environ)):
        own[check.name] = check
    return tuple(own[name] for name in CHECKS)


def required(names: Sequence[str]) -> tuple[str, ...]:
    """`docker,go` and the like as names of checks. Raises UsageError for any other."""
    split = dict.fromkeys(part.strip() for name in names for part in name.split(","))
    wanted = tuple(name for name in split if name)
    for name in wanted:
        if name not in CHECKS:
            raise UsageError(
                f"{name!r} is no tool that doctor looks for",
                next_step=f"use some of {', '.join(CHECKS)}",
            )
    return wanted


def demand(checks: Iterable[Check], names: Sequence[str]) -> None:
    """Raises MissingToolError where one of `names` is missing or broken."""
    bad = [check for check in checks if check.name in names and check.state != "ok"]
    if bad:
        told = ", ".join(f"{check.name} is {check.state}" for check in bad)
        raise MissingToolError(told, next_step="; ".join(check.mend for check in bad))


class _Beside:
    """A question that is asked in another thread, and given up after some time."""

    def __init__(self, ask: Callable[[], tuple[Check, ...]]) -> None:
        self._answer: tuple[Check, ...] | None = None

        def run() -> None:
            self._answer = ask()

        # a daemon: an `ssh` that waits for a password must not hold up our own end
        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def result(
        self, seconds: float, otherwise: Callable[[], tuple[Check, ...]]
    ) -> tuple[Check, ...]:
        self._thread.join(seconds)
        return self._answer if self._answer is not None else otherwise()


def _engine(environ: Environ) -> tuple[Check, ...]:
    """The engine and, as it alone knows, its builder images."""
    try:
        engine = connect(environ, timeout=SECONDS)
    except MissingToolError as error:
        return _no_engine(environ, error.message)
    try:
        where = f"at {engine.url} (remote)" if engine.remote else "local"
        size = f"{engine.cpus} cores, {engine.memory / 1e9:.1f} GB of memory"
        told = f"{engine.version} {where}, {engine.architecture}, {size}"
        return Check("docker", "ok", (told,)), _images(engine.image_refs(REPOSITORY))
    except MissingToolError as error:
        return _no_engine(environ, error.message)
    finally:
        engine.close()


def _images(refs: Sequence[str]) -> Check:
    if refs:
        return Check("golang-image", "ok", tuple(refs))
    return Check(
        "golang-image",
        "missing",
        cost=f"the docker builder has to pull {default_ref()} first, and can't offline",
        mend=f"docker pull {default_ref()}",
    )


def _silent_engine(environ: Environ) -> tuple[Check, ...]:
    return _no_engine(environ, f"it does not answer within {3 * SECONDS} seconds")


def _no_engine(environ: Environ, trouble: str) -> tuple[Check, ...]:
    asked = environ.get("DOCKER_HOST") or environ.get("DOCKER_CONTEXT")
    installed = shutil.which("dockerd", path=environ.get("PATH")) or asked
    if asked and "paramiko" not in trouble:
        name = "DOCKER_HOST" if environ.get("DOCKER_HOST") else "DOCKER_CONTEXT"
        mend = f"start the engine at {asked}, or unset {name}"
    elif "paramiko" in trouble:  # the client library's way to ssh://
        mend = "pip install paramiko"
    elif "ermission denied" in trouble:
        mend = "usermod -aG docker $USER, and log in again"
    elif installed:
        mend = "systemctl start docker"
    else:
        mend = install_command("docker", environ)
    docker = Check(
        "docker",
        "broken" if installed else "missing",
        trouble=trouble,
        cost="no builds in containers, and `verify` starts programs in root file systems only",
        mend=mend,
    )
    image = Check(
        "golang-image",
        "missing",
        trouble="only an engine that answers can tell",
        cost=docker.cost.split(",")[0],
        mend=mend,
    )
    return docker, image


def _go(environ: Environ) -> Check:
    found = tuple(
        f"{tool.version or 'a go'} {tool.origin}: {tool.path}" for tool in all_go(environ)
    )
    if found:
        return Check("go", "ok", found)
    return Check(
        "go",
        "missing",
        cost="no local builds (a builder image has a Go of its own)",
        mend="pip install 'linkcheck[go]'",
    )


def _gcc(environ: Environ) -> Check:
    found = _commands(HOSTED, environ, "-dumpfullversion", "-dumpversion")
    if found:
        return Check("gcc", "ok", found)
    return Check(
        "gcc",
        "missing",
        cost="no local builds of programs that use cgo, nor in static-glibc, static-pie and race",
        mend=install_command("gcc", environ),
    )


def _musl(environ: Environ) -> Check:
    found = _commands(("musl-gcc",), environ, "-dumpfullversion")
    if not found and (gcc := shutil.which("gcc", path=environ.get("PATH"))):
        triple = _said([gcc, "-dumpmachine"], environ)
        found = (f"gcc ({triple})",) if triple and "musl" in triple else ()
    if found:
        return Check("musl-gcc", "ok", found)
    return Check(
        "musl-gcc",
        "missing",
        cost="no local builds in musl and musl-static, unless zig is there",
        mend=install_command("musl-gcc", environ),
    )


def _cross(environ: Environ) -> Check:
    own = linux_platform()
    platforms = [parse_platform(text) for text in _OTHERS]
    triples = [
        triple
        for platform in platforms
        if not platform.same_cpu(own)
        for libc in ("glibc", "musl")
        for triple in platform.cross_triples(libc)
    ]
    found = _commands([f"{triple}-gcc" for triple in triples], environ, "-dumpfullversion")
    if found:
        return Check("cross-gcc", "ok", found)
    return Check(
        "cross-gcc",
        "missing",
        cost="no local builds for other CPUs of programs that use cgo, unless zig is there",
        mend=GET_ZIG,
    )


def _zig(environ: Environ) -> Check:
    path = find_zig(environ)
    if path is None:
        return Check(
            "zig",
            "missing",
            cost=_NO_ZIG,
            mend=GET_ZIG,
        )
    version = _said([str(path), "version"], environ)
    if version is None:
        return Check("zig", "broken", (str(path),), "`zig version` fails", _NO_ZIG, GET_ZIG)
    return Check("zig", "ok", (f"{version}: {path}",))


def _buildx(environ: Environ) -> Check:
    docker = shutil.which("docker", path=environ.get("PATH"))
    told = _said([docker, "buildx", "version"], environ) if docker else None
    if told:
        return Check("buildx", "ok", (told,))
    return Check(
        "buildx",
        "missing",
        trouble="" if docker else "there is no docker command",
        cost="no bake builder, which can build on other machines",
        mend=install_command("buildx", environ),
    )


def _bubblewrap(environ: Environ) -> Check:
    cost = "no `verify` in root file systems (dir:PATH), nor at all without an engine"
    path = shutil.which("bwrap", path=environ.get("PATH"))
    if path is None:
        return Check(
            "bubblewrap", "missing", cost=cost, mend=install_command("bubblewrap", environ)
        )
    version = _said([path, "--version"], environ) or "bubblewrap"
    tried = [path, "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", path, "--version"]
    if _said(tried, environ) is None:
        return Check(
            "bubblewrap",
            "broken",
            (f"{version}: {path}",),
            "it can't make a sandbox here",
            cost,
            "allow unprivileged user namespaces, or run as root",
        )
    return Check("bubblewrap", "ok", (f"{version}: {path}",))


# in the order in which they are shown; the engine answers for the two without a function
CHECKS: Final[Mapping[str, Callable[[Environ], Check] | None]] = {
    "docker": None,
    "golang-image": None,
    "buildx": _buildx,
    "go": _go,
    "gcc": _gcc,
    "musl-gcc": _musl,
    "cross-gcc": _cross,
    "zig": _zig,
    "bubblewrap": _bubblewrap,
}


def _commands(names: Iterable[str], environ: Environ, *flags: str) -> tuple[str, ...]:
    """`gcc 12.2.0: /usr/bin/gcc` for each that is there, one that is another's link once."""
    found: dict[str, str] = {}
    for name in names:
        path = shutil.which(name, path=environ.get("PATH"))
        if path is None:
            continue
        version = next(filter(None, (_said([path, flag], environ) for flag in flags)), "")
        found.setdefault(f"{version}", f"{name} {version}: {path}".replace(" :", ":"))
    return tuple(found.values())


def _said(argv: Sequence[str], environ: Environ) -> str | None:
    """The first line that a command prints; None where it fails or takes too long."""
    try:
        done = subprocess.run(
            argv,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0:
        return None
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
    return lines[0].strip() if lines else ""
