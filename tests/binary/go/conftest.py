from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.binary.go.toolchain import Toolchain


@pytest.fixture(scope="session")
def toolchain(go_toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> Toolchain:
    return Toolchain(go_toolchain, tmp_path_factory.mktemp("go"))


@pytest.fixture(scope="session")
def cgo_toolchain(toolchain: Toolchain) -> Toolchain:
    if shutil.which("gcc") is None:
        pytest.skip("no gcc for cgo")
    return toolchain
