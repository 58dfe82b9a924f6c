"""How a command in a container ended, and when that says nothing about the command."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from linkcheck.build.builder import NotBuilt
from linkcheck.build.docker import DockerBuilder
from linkcheck.build.recipes import select_recipes
from linkcheck.build.source import locate
from linkcheck.engine.container import CommandEnd, Container
from linkcheck.engine.engine import Image, connect

FIXTURES = Path(__file__).parents[2] / "fixtures"
FAILED = "OCI runtime exec failed: exec failed: unable to start container process: "


class Api:
    """The little of the client library that runs a command, with one answer."""

    def __init__(self, exit_code: int, output: str) -> None:
        self._exit_code = exit_code
        self._output = output

    def exec_create(self, *_: Any, **__: Any) -> dict[str, str]:
        return {"Id": "command"}

    def exec_start(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._output.encode()

    def exec_inspect(self, _: str) -> dict[str, Any]:
        return {"Running": False, "ExitCode": self._exit_code}


@pytest.mark.parametrize(
    ("exit_code", "output"),
    [
        (126, FAILED + "error executing setns process: exit status 1: unknown"),
        (128, FAILED + "cannot exec in a stopped container: unknown"),
        (126, "cannot exec in a stopped state: unknown"),
        (126, "cannot exec in a deleted state: unknown"),
    ],
)
def test_a_command_whose_container_went_away_as_it_started_has_no_exit_code(
    exit_code: int, output: str
) -> None:
    end = Container(Api(exit_code, output), "id").run(["go"], env={}, cwd="/")
    assert end == CommandEnd(None, output)


@pytest.mark.parametrize(
    ("exit_code", "output"),
    [
        (126, FAILED + 'exec: "go": executable file not found in $PATH: unknown'),
        (126, FAILED + 'exec: "/nope": stat /nope: no such file or directory: unknown'),
        (126, FAILED + 'exec: "/etc/passwd": permission denied: unknown'),
        (126, "a program of that exit code"),
        (2, "main.go:1:1: syntax error"),
    ],
)
def test_a_command_that_is_not_there_or_fails_keeps_its_exit_code(
    exit_code: int, output: str
) -> None:
    end = Container(Api(exit_code, output), "id").run(["go"], env={}, cwd="/")
    assert end == CommandEnd(exit_code, output)


@pytest.mark.docker
@pytest.mark.parametrize("exit_code", [None, 137])
@pytest.mark.parametrize("recipe", ["default", "static-glibc"])
def test_a_container_that_ends_while_compilers_are_looked_for_is_no_lack_of_them(
    exit_code: int | None,
    recipe: str,
    golang: Image,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = Container.run

    def ended(
        self: Container, argv: Sequence[str], *, env: Mapping[str, str], cwd: str
    ) -> CommandEnd:
        if "-dumpmachine" in argv:
            return CommandEnd(exit_code, "")
        return run(self, argv, env=env, cwd=cwd)

    monkeypatch.setattr(Container, "run", ended)
    builder = DockerBuilder(connect(os.environ), golang)
    (chosen,) = select_recipes([recipe])
    outcome = builder.build(chosen, locate(FIXTURES / "hello"), builder.platform, tmp_path)
    builder.close()
    assert isinstance(outcome, NotBuilt)
    assert (outcome.status, outcome.lasting) == ("failed", False)
    assert outcome.cause.startswith("the container was ended from outside")


@pytest.mark.docker
def test_what_a_compiler_says_as_its_container_ends_is_no_failure_of_the_program(
    golang: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Container.run

    def ended(
        self: Container, argv: Sequence[str], *, env: Mapping[str, str], cwd: str
    ) -> CommandEnd:
        if "build" in argv:
            self._api.kill(self.id)
            return CommandEnd(1, "words of some engine to come")
        return run(self, argv, env=env, cwd=cwd)

    monkeypatch.setattr(Container, "run", ended)
    builder = DockerBuilder(connect(os.environ), golang)
    (default,) = select_recipes(["default"])
    outcome = builder.build(default, locate(FIXTURES / "hello"), builder.platform, tmp_path)
    builder.close()
    assert isinstance(outcome, NotBuilt)
    assert (outcome.status, outcome.lasting) == ("failed", False)
    assert outcome.cause == "the container was ended from outside"
