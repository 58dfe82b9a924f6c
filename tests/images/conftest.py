"""What tests of registries share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.testbed import cache

TESTBED = cache.root()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test: no login, nothing kept."""
    monkeypatch.setenv("LINKCHECK_TESTBED", str(TESTBED))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / ".docker"))
    return tmp_path
