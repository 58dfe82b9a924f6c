"""An image archive put into the engine."""

from __future__ import annotations

from typing import IO

from linkcheck.engine.engine import Engine, plain_errors
from linkcheck.errors import MissingToolError


def load_image(engine: Engine, archive: IO[bytes], tag: str) -> None:
    """Load an archive as `docker save` writes it, which holds `tag`. Raises MissingToolError."""
    archive.seek(0)
    what = f"{tag} can't be loaded into {engine.describe()}"
    with plain_errors(what):
        for line in engine.client.load_image(archive):
            if "error" in line:
                raise MissingToolError(f"{what}: {line['error']}")
    if engine.image(tag) is None:
        raise MissingToolError(f"{what}: the engine took the archive, and has no such image")


def name_image(engine: Engine, ref: str, name: str) -> None:
    """Give the image `ref` the name NAME:TAG too. Raises MissingToolError."""
    repository, _, tag = name.rpartition(":")
    with plain_errors(f"{name} can't be named in {engine.describe()}"):
        engine.client.tag(ref, repository, tag)


def registry_digest(engine: Engine, ref: str) -> str | None:
    """The digest by which a registry knows the image `ref`, where it came from one.

    Raises MissingToolError.
    """
    with plain_errors(f"{ref} can't be looked up"):
        found = engine.client.inspect_image(ref).get("RepoDigests") or ()
    digests = {digest for _, at, digest in (one.partition("@") for one in found) if at}
    return digests.pop() if len(digests) == 1 else None
