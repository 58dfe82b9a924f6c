"""What `doctor` finds on machines that have, lack or have broken the tools."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from linkcheck.errors import MissingToolError, UsageError
from linkcheck.model.diagnosis import Check
from linkcheck.pipeline import doctor
from linkcheck.pipeline.doctor import CHECKS, demand, examine, required

NO_ENGINE = "tcp://127.0.0.1:1"
Command = Callable[[str, str], Path]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a machine with nothing on it, whatever this one has."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "home").mkdir()
    # the go and zig extras are looked for beside Python's packages
    monkeypatch.setattr(sys, "path", [str(tmp_path / "packages"), *_without_extras()])
    return {
        "PATH": str(tmp_path / "bin"),
        "HOME": str(tmp_path / "home"),
        "DOCKER_HOST": NO_ENGINE,
    }


def _without_extras() -> Iterator[str]:
    for folder in sys.path:
        if not any((Path(folder) / name).exists() for name in ("go/bin/go", "ziglang/zig")):
            yield folder


@pytest.fixture
def command(machine: dict[str, str]) -> Command:
    """`command(name, script)`: puts a shell script on PATH."""

    def put(name: str, script: str) -> Path:
        path = Path(machine["PATH"], name)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return put


def found(machine: dict[str, str]) -> dict[str, Check]:
    return {check.name: check for check in examine(machine)}


def test_on_a_bare_machine_each_missing_tool_has_its_cost_and_what_mends_it(
    machine: dict[str, str],
) -> None:
    checks = examine(machine)
    assert [check.name for check in checks] == list(CHECKS)
    assert {check.name: check.state for check in checks} == {
        **dict.fromkeys(CHECKS, "missing"),
        "docker": "broken",
    }
    assert all(check.cost and check.mend for check in checks)


def test_a_dead_engine_is_told_with_its_address(machine: dict[str, str]) -> None:
    docker = found(machine)["docker"]
    assert docker.trouble.startswith("no Docker Engine answers: ")
    assert docker.mend == f"start the engine at {NO_ENGINE}, or unset DOCKER_HOST"


def test_an_engine_that_takes_connections_and_says_nothing_is_given_up(
    machine: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        machine["DOCKER_HOST"] = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        begun = time.monotonic()
        assert found(machine)["docker"].state == "broken"
        assert time.monotonic() - begun < 8


def test_without_an_engine_the_package_manager_of_this_machine_is_named(
    machine: dict[str, str], command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> object:
        raise MissingToolError("no Docker Engine answers")

    monkeypatch.setattr(doctor, "connect", refuse)
    del machine["DOCKER_HOST"]
    assert (found(machine)["docker"].state, found(machine)["docker"].mend) == (
        "missing",
        "install docker",
    )
    command("apk", "")
    assert found(machine)["docker"].mend == "apk add docker"
    assert found(machine)["gcc"].mend == "apk add gcc musl-dev"
    command("dockerd", "")
    assert found(machine)["docker"].mend == "systemctl start docker"


def test_compilers_are_told_with_version_and_place(
    machine: dict[str, str], command: Command
) -> None:
    gcc = command(
        "gcc", "case $1 in -dumpfullversion) echo 14.2.0;; *) echo x86_64-linux-gnu;; esac"
    )
    command("cc", "echo 14.2.0")
    musl = command("musl-gcc", "echo 14.2.0")
    cross = command("riscv64-linux-gnu-gcc", "echo 13.1.0")
    checks = found(machine)
    assert checks["gcc"] == Check("gcc", "ok", (f"gcc 14.2.0: {gcc}",))
    assert checks["musl-gcc"].found == (f"musl-gcc 14.2.0: {musl}",)
    assert checks["cross-gcc"].found == (f"riscv64-linux-gnu-gcc 13.1.0: {cross}",)


def test_a_gcc_that_makes_musl_programs_will_do_for_musl(
    machine: dict[str, str], command: Command
) -> None:
    command("gcc", "echo x86_64-alpine-linux-musl")
    assert found(machine)["musl-gcc"].found == ("gcc (x86_64-alpine-linux-musl)",)


def test_every_go_is_told_with_its_origin(machine: dict[str, str], tmp_path: Path) -> None:
    root = tmp_path / "home" / "sdk" / "go1.26.1"
    (root / "bin").mkdir(parents=True)
    (root / "VERSION").write_text("go1.26.1\n")
    (root / "bin" / "go").write_text("")
    (root / "bin" / "go").chmod(0o755)
    assert found(machine)["go"].found == (f"go1.26.1 in ~/sdk: {root / 'bin' / 'go'}",)


def test_zig_buildx_and_bubblewrap_are_asked_for_their_versions(
    machine: dict[str, str], command: Command
) -> None:
    zig = command("zig", "echo 0.14.0")
    command("docker", "echo github.com/docker/buildx v0.19.3 abc")
    bwrap = command("bwrap", "echo bubblewrap 0.11.0")
    checks = found(machine)
    assert checks["zig"].found == (f"0.14.0: {zig}",)
    assert checks["buildx"].found == ("github.com/docker/buildx v0.19.3 abc",)
    assert checks["bubblewrap"].found == (f"bubblewrap 0.11.0: {bwrap}",)


def test_a_tool_that_is_there_and_fails_is_broken_and_says_so(
    machine: dict[str, str], command: Command
) -> None:
    command("zig", "exit 1")
    command("bwrap", '[ "$1" = --version ] && echo bubblewrap 0.11.0')
    command("docker", "echo no such command >&2; exit 1")
    checks = found(machine)
    assert (checks["zig"].state, checks["zig"].trouble) == ("broken", "`zig version` fails")
    assert (checks["bubblewrap"].state, checks["bubblewrap"].trouble) == (
        "broken",
        "it can't make a sandbox here",
    )
    assert checks["buildx"].state == "missing"


def test_a_tool_that_hangs_holds_up_nothing(
    machine: dict[str, str], command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "SECONDS", 0.2)
    command("zig", "exec /bin/sleep 60")
    begun = time.monotonic()
    assert found(machine)["zig"].state == "broken"
    assert time.monotonic() - begun < 10


@pytest.mark.docker
def test_the_engine_of_this_machine_is_told_with_version_and_size() -> None:
    import os  # noqa: PLC0415 -- the real environment, for this test alone

    docker, images = examine(os.environ)[:2]
    assert (docker.name, docker.state) == ("docker", "ok")
    assert "cores, " in docker.found[0]
    assert images.state == "missing" or all(ref.startswith("golang:") for ref in images.found)


def test_names_to_require_may_be_joined_by_commas_and_must_be_known() -> None:
    assert required(["docker, go", "go,zig"]) == ("docker", "go", "zig")
    with pytest.raises(UsageError, match="'podman' is no tool that doctor looks for"):
        required(["go,podman"])


def test_what_is_required_and_not_there_is_an_error_with_what_mends_it() -> None:
    checks = (Check("go", "ok"), Check("zig", "missing", cost="c", mend="pip install zig"))
    demand(checks, ["go"])
    with pytest.raises(MissingToolError, match="zig is missing: pip install zig"):
        demand(checks, ["go", "zig"])
