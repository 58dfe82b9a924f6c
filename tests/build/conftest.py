"""What the build tests share: builders, and sources written on the spot."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from linkcheck.build.docker import DockerBuilder
from linkcheck.build.local import LocalBuilder
from linkcheck.build.source import Source, locate
from linkcheck.engine.engine import Image, connect

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture
def docker_builder(golang: Image) -> Iterator[DockerBuilder]:
    builder = DockerBuilder(connect(os.environ), golang)
    yield builder
    builder.close()


@pytest.fixture(scope="session")
def local_builder(go_toolchain: Path) -> LocalBuilder:
    path = f"{os.environ.get('PATH', '')}{os.pathsep}{go_toolchain.parent}"
    return LocalBuilder(environ={**os.environ, "PATH": path})


@pytest.fixture
def fixture_source() -> Callable[[str], Source]:
    return lambda name: locate(FIXTURES / name)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """`write({"a/b.go": "..."})`: files below a fresh folder, which is returned."""

    def files(content: dict[str, str]) -> Path:
        for name, text in content.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return files
