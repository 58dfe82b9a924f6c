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
