"""An engine for the corpus, swept of what a killed run left behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from linkcheck.engine.engine import connect
from tests.gate.corpus_images import LOCAL, Newer
from tools.testbed import newer_engine


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
def newer(client: Any) -> Iterator[Newer]:
    """An engine that reads heredocs: the second one of the testbed, or the same."""
    if not newer_engine.needed():
        yield Newer(client, {})
        return
    if newer_engine.version() is None:
        pytest.skip("the engine reads no heredocs: python -m tools.testbed newer-engine starts one")
    import docker  # noqa: PLC0415 -- see client

    there = {"DOCKER_HOST": newer_engine.address()}
    engine = connect({**os.environ, **there})
    engine.sweep()
    engine.close()
    found = docker.DockerClient(base_url=there["DOCKER_HOST"], timeout=600)
    yield Newer(found, there)
    found.close()
