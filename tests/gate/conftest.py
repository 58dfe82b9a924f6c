"""An engine for the corpus, swept of what a killed run left behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from linkcheck.engine.engine import connect
from tests.gate.corpus_images import LOCAL

FRONTEND = "linkcheck-test/dockerfile:1"
_READS_HEREDOCS = 23  # the first engine whose own BuildKit does


@pytest.fixture(scope="session")
def client() -> Iterator[Any]:
    """A client of the engine that has the bases of the testbed; skips without them."""
    import docker  # noqa: PLC0415 -- most test runs need no engine

    engine = connect(os.environ)
    engine.sweep()
    engine.close()
    found = docker.from_env(timeout=600)
    needed = {
        value for value in LOCAL.values() if value.startswith("linkcheck-test/") and ":" in value
    }
    here = {tag for image in found.images.list() for tag in image.tags}
    if missing := sorted(needed - here):
        pytest.skip(f"the engine lacks {', '.join(missing)}: python -m tools.testbed makes them")
    yield found
    found.close()


@pytest.fixture(scope="session")
def frontend(client: Any) -> str:
    """The `# syntax=` under which heredocs are read here; "" where the engine itself does it.

    An older engine needs BuildKit's frontend (its folder frontend/dockerfile/cmd has a Dockerfile)
    as an image of that name.
    """
    if int(client.version()["Version"].partition(".")[0]) >= _READS_HEREDOCS:
        return ""
    if not client.images.list(name=FRONTEND):
        pytest.skip(f"the engine reads no heredocs and has no {FRONTEND}: see the fixture")
    return FRONTEND
