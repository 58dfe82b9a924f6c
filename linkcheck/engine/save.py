"""An image of the engine as the archive that `docker save` writes."""

from __future__ import annotations

from typing import IO

from linkcheck.engine.engine import Engine, plain_errors
from linkcheck.errors import MissingToolError


def save(engine: Engine, ref: str, out: IO[bytes]) -> None:
    """Write the image `ref`, which must be in the engine. Raises MissingToolError."""
    if engine.image(ref) is None:
        raise MissingToolError(
            f"{ref} is not in {engine.describe()}", next_step=f"`docker pull {ref}`"
        )
    with plain_errors(f"{ref} can't be saved"):
        for chunk in engine.client.get_image(ref):
            out.write(chunk)
        out.flush()
