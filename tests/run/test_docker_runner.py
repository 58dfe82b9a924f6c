"""Starts in real images of a real engine: what is seen, what is allowed, and what is left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from linkcheck.engine.engine import LABEL, OWNER_LABEL, Engine, connect, labels
from linkcheck.engine.owner import current_owner
from linkcheck.errors import MissingToolError, UnreadableFileError
from linkcheck.run.docker import DockerRunner

pytestmark = [pytest.mark.docker, pytest.mark.go]
Build = Callable[..., Path]
PROJECT = Path(__file__).parents[2]
ALPINE = "linkcheck-test/alpine:3.23"
DEBIAN = "linkcheck-test/debian:12"
STATIC = "linkcheck-test/distroless-static-debian12"


@pytest.fixture(scope="module")
def api() -> Iterator[Any]:
    import docker  # noqa: PLC0415

    client = docker.from_env()  # honours DOCKER_HOST, as we do
    yield client.api
    client.close()


def ours(api: Any, owner: str) -> list[str]:
    """Containers and images of that owner."""
    label = {"label": f"{OWNER_LABEL}={owner}"}
    found = [*api.containers(all=True, filters=label), *api.images(all=True, filters=label)]
    return [thing["Id"] for thing in found]


def anonymous_volumes(api: Any) -> set[str]:
    names = {volume["Name"] for volume in api.volumes()["Volumes"] or ()}
    return {name for name in names if len(name) == 64}


@pytest.fixture(autouse=True)
def _nothing_is_left(api: Any, engine: Engine) -> Iterator[None]:
    yield
    assert ours(api, current_owner()) == []


@pytest.fixture
def start(engine: Engine) -> Callable[..., Any]:
    def in_image(image: str | None, program: Path, *arguments: str, **options: Any) -> Any:
        if image is not None and engine.image(image) is None:
            pytest.skip(f"the engine has no {image}: `python -m tools.testbed` makes it")
        return DockerRunner(engine, image).start(program, arguments, **options)

    return in_image


def test_a_program_is_pid_1_and_can_reach_nothing(
    start: Callable[..., Any], probe: Path, readable: Callable[[str], dict[str, str]]
) -> None:
    seen = start(None, probe, "one", "two words")
    assert (seen.outcome, seen.exit_code) == ("started", 0)
    assert readable(seen.output) == {
        "pid": "1",
        "write /": "no",
        "write /tmp": "no",
        "has /tmp": "no",
        "chown": "no",
        "networks": "0",
        "CapEff:": "0000000000000000",
        "NoNewPrivs:": "1",
        "arguments": "/app one two words",
    }


@pytest.mark.parametrize("image", [ALPINE, DEBIAN, STATIC])
def test_an_image_with_a_tmp_gives_a_fresh_one(
    start: Callable[..., Any],
    image: str,
    probe: Path,
    readable: Callable[[str], dict[str, str]],
) -> None:
    seen = readable(start(image, probe).output)
    assert (seen["has /tmp"], seen["write /tmp"], seen["write /"]) == ("yes", "yes", "no")


def test_a_dynamic_program_starts_where_its_loader_is_and_is_refused_elsewhere(
    start: Callable[..., Any], build_fixture: Build
) -> None:
    program = build_fixture("dnslookup", CGO_ENABLED="1")
    assert start("linkcheck-test/debian:sid", program).started
    for image in (None, ALPINE, STATIC):
        seen = start(image, program)
        assert seen.outcome == "refused"
        assert seen.refusal == seen.output == "exec /app: no such file or directory"
        assert seen.exit_code == 127


def test_another_machine_and_a_file_that_is_not_executable_are_refused_by_the_kernel(
    start: Callable[..., Any], build_fixture: Build, tmp_path: Path
) -> None:
    other = "s390x"
    assert start(None, build_fixture("hello", GOARCH=other)).refusal == (
        "exec /app: exec format error"
    )
    program = tmp_path / "app"
    program.write_bytes(build_fixture("hello").read_bytes())
    program.chmod(0o644)
    assert start(ALPINE, program).refusal == "exec /app: permission denied"


def test_a_program_of_another_system_crashes(
    start: Callable[..., Any], build_fixture: Build
) -> None:
    seen = start(None, build_fixture("hello", GOOS="freebsd"))
    assert (seen.outcome, seen.started) == ("crashed", False)


def test_a_service_counts_as_started_and_is_asked_to_end(
    start: Callable[..., Any], probe: Path
) -> None:
    seen = start(None, probe, "stay", seconds=1)
    assert (seen.outcome, seen.exit_code) == ("started", None)
    assert seen.output == "staying\nasked to go\n"


def test_a_service_that_does_not_listen_is_killed_after_the_grace(
    start: Callable[..., Any], probe: Path
) -> None:
    seen = start(None, probe, "stay", "deaf", seconds=0.5)
    assert (seen.outcome, seen.exit_code, seen.output) == ("started", None, "staying\n")


def test_of_much_output_the_end_is_kept(start: Callable[..., Any], probe: Path) -> None:
    seen = start(None, probe, "flood")
    assert seen.exit_code == 0
    assert seen.output.endswith("x\nthe end\n")
    assert len(seen.output) <= 4000


@pytest.fixture
def odd_image(api: Any, engine: Engine, probe: Path) -> Iterator[str]:
    """An image with a folder at /app, a volume, a user, a health check and no /tmp."""
    import io  # noqa: PLC0415
    import tarfile  # noqa: PLC0415

    files = io.BytesIO()
    with tarfile.open(fileobj=files, mode="w") as archive:
        folder = tarfile.TarInfo("app")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(folder)
    changes = ["USER 65532", "WORKDIR /app", "VOLUME /data", "ENTRYPOINT /nothing", "ENV X=1"]
    files.seek(0)
    api.import_image_from_data(files, repository="linkcheck-odd", tag="1", changes=changes)
    yield "linkcheck-odd:1"
    api.remove_image("linkcheck-odd:1", force=True)


def test_an_image_with_a_folder_of_that_name_a_user_and_a_volume_is_taken_as_it_is(
    start: Callable[..., Any],
    odd_image: str,
    api: Any,
    probe: Path,
    build_fixture: Build,
    readable: Callable[[str], dict[str, str]],
) -> None:
    before = anonymous_volumes(api)
    seen = readable(start(odd_image, probe).output)
    assert anonymous_volumes(api) == before
    assert (seen["arguments"], seen["has /tmp"]) == ("/app", "no")
    refused = start(odd_image, build_fixture("dnslookup", CGO_ENABLED="1"))
    assert refused.refusal == "exec /app: no such file or directory"


def test_the_users_own_image_is_still_there_afterwards(
    start: Callable[..., Any], engine: Engine, odd_image: str, probe: Path
) -> None:
    before = engine.image(odd_image)
    start(odd_image, probe)
    assert engine.image(odd_image) == before


def test_what_is_no_file_or_no_image_is_told(
    engine: Engine, start: Callable[..., Any], probe: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFileError, match="No such file"):
        start(None, tmp_path / "none")
    with pytest.raises(MissingToolError, match="can't be put into linkcheck-no-such:1"):
        DockerRunner(engine, "linkcheck-no-such:1").start(probe)


def test_what_a_killed_client_left_is_swept_by_the_next_one(
    engine: Engine, probe: Path, api: Any
) -> None:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from linkcheck.engine.engine import connect\n"
        "from linkcheck.run.docker import DockerRunner\n"
        "DockerRunner(connect(os.environ), None).start(Path(sys.argv[1]), ['stay'], seconds=60)"
    )
    client = subprocess.Popen([sys.executable, "-c", code, probe], cwd=PROJECT)
    host, _, _ = current_owner().split(":")
    owner = f"{host}:{client.pid}:{_start_time(client.pid)}"
    assert _wait(lambda: len(ours(api, owner)) == 2)
    client.kill()
    client.wait()
    assert engine.sweep() >= 2
    assert ours(api, owner) == []


def test_an_interrupted_run_leaves_nothing(probe: Path, api: Any) -> None:
    import threading  # noqa: PLC0415

    own = connect(os.environ)
    threading.Timer(1.5, own.end_all).start()
    begun = time.monotonic()
    with pytest.raises(MissingToolError):
        DockerRunner(own, None).start(probe, ["stay"], seconds=60)
    assert time.monotonic() - begun < 20
    own.close()


def test_the_images_of_a_living_client_are_left_alone(engine: Engine, api: Any) -> None:
    import io  # noqa: PLC0415
    import tarfile  # noqa: PLC0415

    files = io.BytesIO()
    tarfile.open(fileobj=files, mode="w").close()
    files.seek(0)
    lines = [f"LABEL {name}={value}" for name, value in labels("run").items()]
    api.import_image_from_data(files, repository="linkcheck-trial", tag="living", changes=lines)
    try:
        engine.sweep()
        assert len(ours(api, current_owner())) == 1
        assert api.inspect_image("linkcheck-trial:living")["Config"]["Labels"][LABEL] == "run"
    finally:
        engine.remove_image("linkcheck-trial:living")


def _start_time(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19])


def _wait(until: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until():
            return True
        time.sleep(0.1)
    return False
