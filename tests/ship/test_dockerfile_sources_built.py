"""Dockerfiles that compile are built with BuildKit, for this and other platforms, and started."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.binary import read_facts
from linkcheck.engine.engine import Engine
from tests.conftest import FIXTURES
from tests.ship.modules import alone, replaced, two_mains, vendored, workspace
from tests.ship.shipped import (
    buildx_load,
    built,
    configured,
    gated,
    hadolint,
    said_by,
    shipped,
    write,
)

pytestmark = [pytest.mark.docker, pytest.mark.go, pytest.mark.usefixtures("stand_in_names")]


@pytest.mark.parametrize(
    ("fixture", "base", "said"),
    [
        ("users", "scratch", "nonroot"),
        ("tmpfile", "scratch", "/tmp/"),
        ("tz", "scratch", "CEST"),
        ("httpsget", "scratch", ""),
        ("tz", None, "CEST"),
        ("cgomath", None, "combine(27, 2)"),
        ("cgomath", "gcr.io/distroless/base-debian12", "combine(27, 2)"),
        ("cgomath", "debian:13-slim", "combine(27, 2)"),
    ],
)
def test_the_image_from_source_builds_and_starts(
    fixture: str, base: str | None, said: str, buildx: list[str], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(FIXTURES / fixture, tmp_path / "src"))
    place = write(shipped(folder, base), folder)
    hadolint(place)
    gated(place)
    with built(buildx_load(buildx), folder) as tag:
        if fixture == "httpsget":  # it wants a server, and says so; its certificates are there
            assert CA in files_of(tag)
        else:
            assert said in said_by(tag)
        assert configured(tag, "User") in ("65532:65532", "65534:65534")
        assert configured(tag, "Entrypoint") == "[/app]"


CA = "etc/ssl/certs/ca-certificates.crt"


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        (alone, "alone"),
        (replaced, "from the library"),
        (workspace, "from the library"),
        (vendored, "from the library"),
    ],
)
def test_every_layout_of_modules_builds_from_the_context_that_is_told(
    layout: Callable[[Path], Path], said: str, buildx: list[str], tmp_path: Path
) -> None:
    folder = layout(tmp_path)
    made = shipped(folder)
    place = write(made, folder, "Dockerfile")
    context = tmp_path  # where .dockerignore lies
    (context / ".dockerignore").write_text(made.ignore)
    if folder == context:
        gated(place)
    command = [*buildx, "build", "--load", "--network", "none", "-f", str(place)]
    with built(command, context) as tag:
        assert said in said_by(tag)


def test_c_is_linked_in_with_musl_by_an_image_that_has_it(
    buildx: list[str], engine: Engine, tmp_path: Path
) -> None:
    image = "linkcheck-test/golang-musl"
    if engine.image(image) is None:
        pytest.skip(f"the engine has no {image}: `python -m tools.testbed images` makes it")
    folder = Path(shutil.copytree(FIXTURES / "cgomath", tmp_path / "src"))
    wishes = {"builder": "auto", "image": image, "recipe": "musl-static"}
    place = write(shipped(folder, "scratch", **wishes), folder)
    with built(buildx_load(buildx), folder) as tag:
        assert "combine(27, 2)" in said_by(tag)
    assert "FROM scratch" in place.read_text()


def test_one_of_several_programs_is_built(buildx: list[str], tmp_path: Path) -> None:
    folder = two_mains(tmp_path)
    write(shipped(folder, mains=("two",)), folder)
    with built(buildx_load(buildx), folder) as tag:
        assert said_by(tag).strip() == "two"


@pytest.mark.parametrize(
    ("platform", "expected"),
    [("linux/arm64", "linux/arm64"), ("linux/arm/v7", "linux/arm"), ("linux/amd64", "linux/amd64")],
)
def test_source_is_compiled_for_the_platform_of_the_build(
    platform: str, expected: str, buildx: list[str], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(FIXTURES / "rng", tmp_path / "src"))
    write(shipped(folder), folder)
    out = tmp_path / "out"
    command = [*buildx, "build", "--platform", platform, "--output", f"type=local,dest={out}"]
    subprocess.run([*command, str(folder)], check=True, capture_output=True)
    facts = read_facts(out / "app")
    assert facts.platform.startswith(expected)
    assert facts.go is not None
    if platform == "linux/arm/v7":
        assert facts.go.setting("GOARM") == "7"


def test_a_cgo_recipe_never_ends_as_a_program_for_another_cpu(
    buildx: list[str], tmp_path: Path
) -> None:
    """Here the engine has the compiler's image for its own CPU alone: the build says so."""
    folder = Path(shutil.copytree(FIXTURES / "cgomath", tmp_path / "src"))
    write(shipped(folder, "debian:13-slim"), folder)
    out = tmp_path / "out"
    command = [*buildx, "build", "--platform", "linux/arm64"]
    done = subprocess.run(
        [*command, "--output", f"type=local,dest={out}", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0 or read_facts(out / "app").platform == "linux/arm64"


def files_of(tag: str) -> list[str]:
    made = subprocess.run(["docker", "create", tag], capture_output=True, text=True, check=True)
    container = made.stdout.strip()
    try:
        packed = subprocess.run(["docker", "export", container], capture_output=True, check=True)
        listed = subprocess.run(["tar", "-t"], input=packed.stdout, capture_output=True, check=True)
        return listed.stdout.decode().splitlines()
    finally:
        subprocess.run(["docker", "rm", container], capture_output=True, check=True)
