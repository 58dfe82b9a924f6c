"""Dockerfiles whose modules, or whole program, come from a module proxy."""

from __future__ import annotations

import functools
import http.server
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from linkcheck.binary import read_facts
from tests.build.modproxy import publish
from tests.ship.shipped import built, hadolint, said_by, shipped, write

pytestmark = [pytest.mark.docker, pytest.mark.go, pytest.mark.usefixtures("stand_in_names")]


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A module proxy in a folder, and its address."""
    folder = tmp_path / "proxy"
    folder.mkdir()
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Requests are of no interest."""


def test_modules_come_from_the_proxy_that_the_build_is_told(
    proxy: tuple[Path, str],
    buildx: list[str],
    go_toolchain: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder, address = proxy
    text = 'package lib\n\nconst Name = "from the proxy"\n'
    publish(
        folder, "example.com/lib", "v1.0.0", {"go.mod": "module example.com/lib\n", "l.go": text}
    )
    main = 'package main\n\nimport "example.com/lib"\n\nfunc main() { println(lib.Name) }\n'
    source = tmp_path / "app"
    source.mkdir()
    (source / "go.mod").write_text(
        "module example.com/app\n\ngo 1.21\n\nrequire example.com/lib v1.0.0\n"
    )
    (source / "main.go").write_text(main)
    told_of(address, monkeypatch, tmp_path)
    subprocess.run([go_toolchain, "mod", "tidy"], cwd=source, check=True)
    place = write(shipped(source), source)
    hadolint(place)
    with built([*buildx, "build", "--load", *through(address)], source) as tag:
        assert "from the proxy" in said_by(tag)


def test_a_program_of_a_module_proxy_is_built_for_this_and_another_platform(
    proxy: tuple[Path, str], buildx: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, address = proxy
    main = 'package main\n\nfunc main() { println("hi") }\n'
    files = {"go.mod": "module example.com/tool\n", "cmd/greet/main.go": main}
    publish(folder, "example.com/tool", "v1.2.3", files)
    told_of(address, monkeypatch, tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    write(shipped("example.com/tool/cmd/greet"), empty)
    with built([*buildx, "build", "--load", *through(address)], empty) as tag:
        assert "hi" in said_by(tag)
    other = ["--platform", "linux/arm64", "--output", f"type=local,dest={tmp_path / 'out'}"]
    subprocess.run([*buildx, "build", *other, *through(address), str(empty)], check=True)
    assert read_facts(tmp_path / "out" / "app").platform == "linux/arm64"


def told_of(address: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    settings = {"GOPROXY": address, "GOSUMDB": "off", "GOFLAGS": "-modcacherw"}
    for name, value in {**settings, "GOMODCACHE": str(folder / "modules")}.items():
        monkeypatch.setenv(name, value)


def through(address: str) -> list[str]:
    arguments = [f"GOPROXY={address}", "GOSUMDB=off"]
    return ["--network", "host", *(word for a in arguments for word in ("--build-arg", a))]
