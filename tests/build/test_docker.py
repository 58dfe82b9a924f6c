"""The docker builder on a real engine, and that nothing is left behind, whatever happens."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from linkcheck.build import docker as module
from linkcheck.build.builder import BuiltBinary, NotBuilt
from linkcheck.build.docker import DockerBuilder
from linkcheck.build.inside import VOLUMES
from linkcheck.build.invocation import Call
from linkcheck.build.platforms import Platform
from linkcheck.build.recipes import known_recipes, select_recipes
from linkcheck.build.source import Source, locate
from linkcheck.engine.engine import LABEL, OWNER_LABEL, Engine, Image, connect
from linkcheck.engine.owner import current_owner

pytestmark = pytest.mark.docker
Find = Callable[[str], Source]
PROJECT = Path(__file__).parents[2]
SLEEP = Call(("sleep", "300"), {}, "/", "/out")


@pytest.fixture
def api() -> Iterator[Any]:
    import docker  # noqa: PLC0415

    client = docker.from_env()
    yield client
    client.close()


def of_linkcheck(api: Any, owner: str | None = None) -> list[Any]:
    found = api.containers.list(all=True, filters={"label": f"{LABEL}=build"}, ignore_removed=True)
    return [c for c in found if owner is None or c.labels.get(OWNER_LABEL) == owner]


def build(
    builder: DockerBuilder, source: Source, recipe: str, into: Path
) -> BuiltBinary | NotBuilt:
    return builder.build(select_recipes([recipe])[0], source, builder.platform, into)


def test_every_recipe_builds_and_leaves_the_program_alone_behind(
    docker_builder: DockerBuilder, fixture_source: Find, tmp_path: Path, api: Any
) -> None:
    for recipe in known_recipes():
        outcome = build(docker_builder, fixture_source("hello"), recipe.name, tmp_path)
        if isinstance(outcome, NotBuilt) and recipe.libc == "musl":
            assert outcome.status == "skipped"
            assert "no C compiler for linux/amd64 and musl in golang:bookworm" in outcome.cause
            continue
        assert isinstance(outcome, BuiltBinary), recipe.name
        assert list(tmp_path.iterdir()) == [outcome.path]
        assert outcome.path.stat().st_uid == os.getuid()
        shown = subprocess.run([outcome.path], capture_output=True, text=True, check=True)
        assert "linkcheck-fixture hello started" in shown.stdout
    assert of_linkcheck(api, current_owner()) == []


def test_cgo_off_with_a_cgo_only_package_is_a_failure_that_names_the_users_folder(
    docker_builder: DockerBuilder, fixture_source: Find, tmp_path: Path
) -> None:
    source = fixture_source("cgomath")
    outcome = build(docker_builder, source, "cgo-off", tmp_path)
    assert isinstance(outcome, NotBuilt)
    assert outcome.cause == (
        "package example.com/fixtures/cgomath: build constraints exclude all Go files in "
        f"{source.tree} (it calls C, and cgo is off)"
    )


def test_cgo_for_another_cpu_is_skipped_as_the_image_has_no_compiler_for_it(
    docker_builder: DockerBuilder, fixture_source: Find, tmp_path: Path
) -> None:
    other = Platform("linux", "ppc64")  # zig, where it is at hand, has no glibc for it either
    (default,) = select_recipes(["default"])
    outcome = docker_builder.build(default, fixture_source("cgomath"), other, tmp_path)
    assert isinstance(outcome, NotBuilt)
    assert outcome.status == "skipped"
    assert "no C compiler for linux/ppc64" in outcome.cause


def test_caches_are_labelled_volumes_that_all_runs_share(
    docker_builder: DockerBuilder, api: Any
) -> None:
    for name, _ in VOLUMES:
        assert api.volumes.get(name).attrs["Labels"] == {LABEL: "cache"}


def test_a_local_edit_counts_without_being_pushed_anywhere(
    docker_builder: DockerBuilder, tmp_path: Path
) -> None:
    source = tmp_path / "src"
    source.mkdir()
    (source / "go.mod").write_text("module example.com/edited\n\ngo 1.21\n")
    for text in ("first", "second"):
        (source / "main.go").write_text(f'package main\n\nfunc main() {{ print("{text}") }}\n')
        outcome = build(docker_builder, locate(source), "cgo-off", tmp_path / "out")
        assert isinstance(outcome, BuiltBinary)
        shown = subprocess.run([outcome.path], capture_output=True, text=True, check=True)
        assert shown.stderr == text
    assert sorted(path.name for path in source.iterdir()) == ["go.mod", "main.go"]


def test_files_that_only_their_owner_may_read_are_built(
    docker_builder: DockerBuilder, tmp_path: Path
) -> None:
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {}\n")
    (tmp_path / "main.go").chmod(0o600)
    if os.getuid() == 0:
        os.chown(tmp_path / "main.go", 12345, 12345)
    outcome = build(docker_builder, locate(tmp_path), "cgo-off", tmp_path / "out")
    assert isinstance(outcome, BuiltBinary)


@pytest.fixture
def remote(golang: Image) -> Iterator[DockerBuilder]:
    """The same engine, reached over TCP as a remote one is: no folder of ours can be mounted."""
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_forward, args=(server,), daemon=True).start()
    engine = connect({"DOCKER_HOST": f"tcp://127.0.0.1:{server.getsockname()[1]}"})
    assert engine.remote
    builder = DockerBuilder(engine, golang)
    yield builder
    builder.close()
    server.close()


def _forward(server: socket.socket) -> None:
    def pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    while True:
        try:
            near, _ = server.accept()
        except OSError:
            return
        far = socket.socket(socket.AF_UNIX)
        far.connect("/var/run/docker.sock")
        for pair in ((near, far), (far, near)):
            threading.Thread(target=pump, args=pair, daemon=True).start()


def test_a_remote_engine_is_sent_the_source_as_an_archive(
    remote: DockerBuilder, fixture_source: Find, tmp_path: Path, api: Any
) -> None:
    outcome = build(remote, fixture_source("cgomath"), "default", tmp_path)
    assert isinstance(outcome, BuiltBinary)
    assert of_linkcheck(api, current_owner()) == []


def test_a_mount_that_shows_something_else_is_noticed_and_an_archive_is_sent(
    docker_builder: DockerBuilder,
    fixture_source: Find,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As where we run in a container of the engine: it mounts the host's folder of that name."""
    specs: list[bool] = []
    real = DockerBuilder._spec

    def elsewhere(self: DockerBuilder, source: Source, *, mounted: bool) -> Any:
        import dataclasses  # noqa: PLC0415

        specs.append(mounted)
        spec = real(self, source, mounted=mounted)
        return dataclasses.replace(spec, binds=(("/etc", "/src"),)) if mounted else spec

    monkeypatch.setattr(DockerBuilder, "_spec", elsewhere)
    for _ in range(2):
        outcome = build(docker_builder, fixture_source("hello"), "cgo-off", tmp_path)
        assert isinstance(outcome, BuiltBinary)
    assert specs == [True, False, False]


def test_a_path_that_the_engine_does_not_have_is_noticed_and_an_archive_is_sent(
    docker_builder: DockerBuilder,
    fixture_source: Find,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = DockerBuilder._spec

    def nowhere(self: DockerBuilder, source: Source, *, mounted: bool) -> Any:
        import dataclasses  # noqa: PLC0415

        spec = real(self, source, mounted=mounted)
        return dataclasses.replace(spec, binds=(("/no/such/dir", "/src"),)) if mounted else spec

    monkeypatch.setattr(DockerBuilder, "_spec", nowhere)
    outcome = build(docker_builder, fixture_source("hello"), "cgo-off", tmp_path)
    assert isinstance(outcome, BuiltBinary)
    assert not Path("/no/such/dir").exists()


def _wait(until: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until():
            return True
        time.sleep(0.1)
    return False


CLIENT = """
import os, sys
from pathlib import Path
from linkcheck.build.docker import DockerBuilder
from linkcheck.engine.engine import connect
from linkcheck.build.recipes import select_recipes
from linkcheck.build.source import locate
engine = connect(os.environ)
builder = DockerBuilder(engine, engine.image("golang:bookworm"))
import linkcheck.build.docker as module
from linkcheck.build.inside import VOLUMES
from linkcheck.build.invocation import Call
module.build_call = lambda *_, **__: Call(("sleep", "300"), {}, "/", "/out")
print("ready", flush=True)
recipe = select_recipes(["cgo-off"])[0]
builder.build(recipe, locate(Path(sys.argv[1])), builder.platform, Path(sys.argv[2]))
"""


def _client(source: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", CLIENT, source, out], cwd=PROJECT)


def _owned_by(api: Any, process: subprocess.Popen[bytes]) -> list[Any]:
    return [c for c in of_linkcheck(api) if f":{process.pid}:" in c.labels.get(OWNER_LABEL, "")]


def test_the_container_of_a_client_killed_in_the_middle_of_a_build_is_gone_at_once(
    golang: Image, tmp_path: Path, api: Any
) -> None:
    client = _client(PROJECT / "fixtures" / "hello", tmp_path)
    assert _wait(lambda: any("sleep" in str(c.top()) for c in _running(api, client)))
    client.kill()
    client.wait()
    assert _wait(lambda: not _owned_by(api, client), 10)
    assert list(tmp_path.iterdir()) == []


def _running(api: Any, client: subprocess.Popen[bytes]) -> list[Any]:
    return [c for c in _owned_by(api, client) if c.status == "running"]


def test_a_container_that_a_dead_client_never_started_is_swept_by_the_next_run(
    golang: Image, engine: Engine, api: Any
) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    host = current_owner().split(":")[0]
    labels = {LABEL: "build", OWNER_LABEL: f"{host}:{dead.pid}:1"}
    stale = api.containers.create(golang.ref, ["true"], labels=labels)
    living = api.containers.create(
        golang.ref, ["true"], labels={LABEL: "build", OWNER_LABEL: current_owner()}
    )
    try:
        assert engine.sweep() >= 1
        left = {c.id for c in of_linkcheck(api)}
        assert stale.id not in left
        assert living.id in left
    finally:
        living.remove(force=True)


def test_a_cancelled_build_leaves_no_container(
    docker_builder: DockerBuilder,
    fixture_source: Find,
    tmp_path: Path,
    api: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "build_call", lambda *_, **__: SLEEP)
    threading.Timer(1.5, docker_builder.cancel).start()
    begun = time.monotonic()
    outcome = build(docker_builder, fixture_source("hello"), "default", tmp_path)
    assert isinstance(outcome, NotBuilt)
    assert (outcome.status, outcome.cause) == ("skipped", "interrupted")
    assert time.monotonic() - begun < 20
    assert of_linkcheck(api, current_owner()) == []


def test_a_container_killed_from_outside_is_a_failed_row(
    docker_builder: DockerBuilder,
    fixture_source: Find,
    tmp_path: Path,
    api: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "build_call", lambda *_, **__: SLEEP)

    def kill() -> None:
        for container in of_linkcheck(api, current_owner()):
            container.kill()

    threading.Timer(1.5, kill).start()
    outcome = build(docker_builder, fixture_source("hello"), "default", tmp_path)
    assert isinstance(outcome, NotBuilt)
    assert (outcome.status, outcome.cause) == ("failed", "the container was ended from outside")


def test_a_build_that_takes_too_long_is_ended_by_its_container(
    golang: Image, fixture_source: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "build_call", lambda *_, **__: SLEEP)
    builder = DockerBuilder(connect(os.environ), golang, timeout=2)
    outcome = build(builder, fixture_source("hello"), "default", tmp_path)
    assert isinstance(outcome, NotBuilt)
    assert (outcome.status, outcome.cause) == ("failed", "took more than 2 s")
    builder.close()


@pytest.mark.parametrize(
    ("ref", "cause"),
    [
        ("linkcheck-test/debian:12", "linkcheck-test/debian:12 has no `go` on its PATH"),
        ("linkcheck-test/distroless-static-debian12", "can't be started"),
    ],
)
def test_an_image_that_can_not_build_go_is_a_failed_row_that_says_so(
    engine: Engine, fixture_source: Find, tmp_path: Path, api: Any, ref: str, cause: str
) -> None:
    image = engine.image(ref)
    if image is None:
        pytest.skip(f"the engine has no {ref}: `python -m tools.testbed` makes it")
    builder = DockerBuilder(connect(os.environ), image)
    outcome = build(builder, fixture_source("hello"), "cgo-off", tmp_path)
    assert isinstance(outcome, NotBuilt)
    assert outcome.status == "failed"
    assert cause in outcome.cause
    assert of_linkcheck(api, current_owner()) == []
    builder.close()
