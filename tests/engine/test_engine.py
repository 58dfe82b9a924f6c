"""The engine as it is reached, and as it fails to be."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from linkcheck.engine.engine import ContainerSpec, Engine, Image, connect
from linkcheck.errors import MissingToolError


def test_where_no_engine_answers_that_is_said_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(MissingToolError, match=r"no Docker Engine answers.*--builder local") as e:
        connect({"DOCKER_HOST": f"unix://{tmp_path}/none.sock"})
    assert e.value.exit_code == 3
    assert "\n" not in str(e.value)


def test_an_engine_that_accepts_and_says_nothing_is_given_up_on_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        begun = time.monotonic()
        with pytest.raises(MissingToolError, match="no Docker Engine answers"):
            connect({"DOCKER_HOST": f"tcp://127.0.0.1:{deaf.getsockname()[1]}"}, timeout=1)
        assert time.monotonic() - begun < 10


def test_a_docker_host_that_makes_no_sense_is_no_crash() -> None:
    for host in ("nonsense://x", "tcp://", "tcp://[::1", "unix:///no/such"):
        with pytest.raises(MissingToolError):
            connect({"DOCKER_HOST": host}, timeout=1)


def test_a_context_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingToolError, match="no Docker context 'nope'"):
        connect({"DOCKER_CONTEXT": "nope"})


def test_the_engine_of_a_context_is_the_one_that_is_asked(tmp_path: Path) -> None:
    """In a process of its own, as the client library reads HOME once."""
    meta = tmp_path / ".docker" / "contexts" / "meta" / hashlib.sha256(b"far").hexdigest()
    meta.mkdir(parents=True)
    endpoint = {"Host": f"unix://{tmp_path}/far.sock", "SkipTLSVerify": False}
    text = {"Name": "far", "Metadata": {}, "Endpoints": {"docker": endpoint}}
    (meta / "meta.json").write_text(json.dumps(text))
    (tmp_path / ".docker" / "config.json").write_text('{"currentContext": "far"}')
    code = (
        "import os, docker; from linkcheck.engine.engine import _endpoint\n"
        "print(_endpoint(docker, os.environ)['base_url'])"
    )
    environ = {k: v for k, v in os.environ.items() if not k.startswith("DOCKER_")}
    shown = subprocess.run(
        [sys.executable, "-c", code],
        env={**environ, "HOME": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == f"unix://{tmp_path}/far.sock"


def test_importing_the_builders_does_not_import_the_docker_library() -> None:
    code = (
        "import sys, linkcheck.engine.engine, linkcheck.build.docker, linkcheck.build.choose\n"
        "sys.exit('docker' in sys.modules or 'requests' in sys.modules)"
    )
    project = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=project, check=False).returncode == 0


@pytest.mark.docker
def test_an_engine_tells_its_version_cpu_and_memory(engine: Engine) -> None:
    assert engine.describe().startswith("Docker Engine ")
    assert engine.version[0].isdigit()
    assert engine.architecture in ("x86_64", "aarch64")
    assert engine.memory > 1 << 20
    assert not engine.remote


@pytest.mark.docker
def test_an_image_that_is_not_there_is_none_and_cannot_be_pulled_in_words(engine: Engine) -> None:
    assert engine.image("linkcheck-no-such/image:1") is None
    said: list[str] = []
    with pytest.raises(MissingToolError, match=r"localhost:1/linkcheck-no-such.*can't be pulled"):
        engine.pull("localhost:1/linkcheck-no-such:1", said.append)
    assert said == ["pulling localhost:1/linkcheck-no-such:1"]


@pytest.mark.docker
def test_a_closed_engine_starts_no_more_containers(golang: Image) -> None:
    own = connect(os.environ)
    own.end_all()
    with (
        pytest.raises(MissingToolError, match="interrupted"),
        own.container(ContainerSpec(golang.ref, 60)),
    ):
        pytest.fail("it was started")
    own.close()
