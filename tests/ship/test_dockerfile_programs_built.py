"""Dockerfiles of finished programs are built with both of Docker's builders, and started."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.ship.dockerfile import Stage, binary_dockerfile
from tests.ship.shipped import buildx_load, built, configured, said_by, shipped, write

Build = Callable[..., Path]
BOTH: tuple[tuple[list[str], dict[str, str]], ...] = (
    (["docker", "build"], {"DOCKER_BUILDKIT": "0"}),
    (buildx_load(["docker", "buildx"]), {}),
)
pytestmark = [pytest.mark.docker, pytest.mark.go, pytest.mark.usefixtures("stand_in_names")]


@pytest.mark.parametrize(
    ("fixture", "base", "said"),
    [
        ("hello", None, "hello"),
        ("users", "scratch", "nonroot"),
        ("tz", "scratch", "CEST"),
        ("tmpfile", "scratch", "/tmp/"),
        ("tmpfile", "alpine:3.23", "/tmp/"),
    ],
)
def test_the_image_of_a_program_builds_without_buildkit_and_starts(
    fixture: str, base: str | None, said: str, build_fixture: Build, tmp_path: Path
) -> None:
    shutil.copy(build_fixture(fixture), tmp_path / fixture)
    write(shipped(tmp_path / fixture, base), tmp_path)
    with built(["docker", "build"], tmp_path, DOCKER_BUILDKIT="0") as tag:
        assert said in said_by(tag)


def test_a_program_that_only_its_owner_may_start_is_started_by_the_numeric_user(
    build_fixture: Build, buildx: list[str], tmp_path: Path
) -> None:
    program = Path(shutil.copy(build_fixture("hello"), tmp_path / "hello"))
    program.chmod(0o700)
    write(shipped(program), tmp_path)
    with built([*buildx, "build", "--load"], tmp_path) as tag:
        assert "hello" in said_by(tag)


def test_an_image_of_the_engine_is_a_base_under_its_name(
    build_fixture: Build, tmp_path: Path
) -> None:
    program = Path(shutil.copy(build_fixture("tmpfile"), tmp_path / "tmpfile"))
    made = shipped(program, "docker:alpine:3.23")
    assert "FROM alpine:3.23" in made.dockerfile.splitlines()
    write(made, tmp_path)
    with built(["docker", "build"], tmp_path, DOCKER_BUILDKIT="0") as tag:
        assert "/tmp/" in said_by(tag)


@pytest.mark.parametrize("name", ["my app", "--from=data", "<<EOF", "naïve", "#x", "-a", "a=b,c"])
def test_a_name_that_looks_like_syntax_is_one_for_both_builders(
    name: str, build_fixture: Build, buildx: list[str], tmp_path: Path
) -> None:
    program = Path(shutil.copy(build_fixture("hello"), tmp_path / name))
    write(shipped(program), tmp_path)
    for command, env in BOTH:
        with built(command, tmp_path, **env) as tag:
            assert "hello" in said_by(tag)
            title = "org.opencontainers.image.title"
            assert configured(tag, f'Labels "{title}"', "index .") == name


def test_a_label_is_read_as_it_was_meant(
    build_fixture: Build, buildx: list[str], tmp_path: Path
) -> None:
    shutil.copy(build_fixture("hello"), tmp_path / "app")
    meant = "a\"b\\c$HOME ${x} \\$ é `d` 'e'"
    stage = Stage("scratch", "65532:65532", (), {"title": meant}, "")
    (tmp_path / "Dockerfile").write_text(binary_dockerfile("app", 0o755, "linux/amd64", stage))
    for command, env in BOTH:
        with built(command, tmp_path, **env) as tag:
            assert configured(tag, 'Labels "title"', "index .") == meant
