from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from linkcheck.build import builder_image
from linkcheck.build.choose import choose_builder
from linkcheck.engine.engine import Engine, Image
from linkcheck.errors import MissingToolError, UsageError

NO_ENGINE = {"DOCKER_HOST": "unix:///no/such.sock"}


def test_a_builder_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match=r"no builder 'cake'.*auto, docker, local, bake"):
        choose_builder("cake")


def test_an_image_and_the_local_builder_do_not_go_together() -> None:
    with pytest.raises(UsageError, match="--image is for the docker builder"):
        choose_builder("local", image="golang:1.27")


def test_docker_asked_for_and_missing_is_no_reason_to_take_another() -> None:
    with pytest.raises(MissingToolError, match="no Docker Engine answers"):
        choose_builder("docker", environ={**os.environ, **NO_ENGINE})


@pytest.mark.go
def test_auto_falls_back_to_local_and_says_why(go_toolchain: Path) -> None:
    path = f"{os.environ['PATH']}{os.pathsep}{go_toolchain.parent}"
    builder, why = choose_builder("auto", environ={**os.environ, **NO_ENGINE, "PATH": path})
    assert builder.name == "local"
    assert why.startswith("no Docker Engine answers: ")
    assert f"building locally with {builder.go_version()}" in why


def test_auto_with_nothing_at_all_names_both_reasons_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", [p for p in sys.path if not (Path(p) / "go" / "bin").is_dir()])
    environ = {**NO_ENGINE, "PATH": "/no/such", "HOME": os.environ["HOME"]}
    with pytest.raises(MissingToolError) as caught:
        choose_builder("auto", environ=environ)
    assert "no Docker Engine answers" in caught.value.message
    assert "no Go toolchain" in caught.value.message
    assert "pip install 'linkcheck[go]'" in caught.value.next_step


@pytest.mark.go
def test_a_go_release_that_is_not_the_local_one_is_missing(go_toolchain: Path) -> None:
    path = f"{os.environ['PATH']}{os.pathsep}{go_toolchain.parent}"
    environ = {**os.environ, "PATH": path}
    with pytest.raises(MissingToolError, match=r"Go 1\.2 was asked for, and here is go1"):
        choose_builder("local", go="1.2", environ=environ)


@pytest.mark.docker
def test_auto_takes_docker_where_an_engine_and_an_image_are(golang: Image) -> None:
    builder, why = choose_builder("auto")
    assert builder.name == "docker"
    assert why.startswith("building with Docker Engine ")
    assert "golang:bookworm" in why
    builder.close()


@pytest.mark.docker
@pytest.mark.go
def test_an_engine_without_an_image_makes_auto_build_locally_and_say_so(
    engine: Engine, go_toolchain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder_image, "REPOSITORY", "localhost:1/golang")
    path = f"{os.environ['PATH']}{os.pathsep}{go_toolchain.parent}"
    builder, why = choose_builder("auto", environ={**os.environ, "PATH": path})
    assert builder.name == "local"
    assert why.startswith(
        "Docker Engine answers but localhost:1/golang:bookworm is neither here nor can it be "
        "pulled: building locally with go"
    )


@pytest.mark.docker
def test_an_image_that_was_asked_for_and_can_not_be_had_is_missing(engine: Engine) -> None:
    with pytest.raises(
        MissingToolError, match="localhost:1/x:1 is neither here nor can it be pulled"
    ):
        choose_builder("auto", image="localhost:1/x:1")


def test_of_the_images_that_are_here_the_newest_with_a_compiler_is_taken() -> None:
    refs = ["golang:1.9-bookworm", "golang:1.27-alpine", "golang:1.26.1", "golang:1.26-alpine"]
    assert max(refs, key=builder_image._rank) == "golang:1.26.1"
