"""How large images are, as the engine itself counts their unpacked layers."""

from __future__ import annotations

import uuid
from typing import IO, Final

from linkcheck.engine.engine import Engine, labels, plain_errors

_REPOSITORY: Final = "linkcheck-size"


def stored_size(engine: Engine, ref: str) -> int:
    """Bytes of an image that the engine holds. Raises MissingToolError."""
    with plain_errors(f"the size of {ref} can't be told"):
        return int(engine.client.inspect_image(ref)["Size"])


def size_with(engine: Engine, image: str | None, files: IO[bytes]) -> int:
    """Bytes of an image made FROM `image` (None: scratch) with the archive `files` unpacked at `/`.

    It is really made, and gone when this returns. Raises MissingToolError.
    """
    tag = uuid.uuid4().hex[:12]
    ref = f"{_REPOSITORY}:{tag}"
    what = f"no image can be made from {image or 'scratch'}"
    try:
        if image is None:
            changes = [f"LABEL {name}={value}" for name, value in labels("size").items()]
            with plain_errors(what):
                said = engine.client.import_image_from_data(
                    files, repository=_REPOSITORY, tag=tag, changes=changes
                )
                if "errorDetail" in said:
                    raise ValueError(said)
        else:
            creation = {"image": image, "entrypoint": ["/app"], "labels": labels("size")}
            with engine.created(what, **creation) as container_id, plain_errors(what):
                engine.client.put_archive(container_id, "/", files)
                engine.client.commit(container_id, repository=_REPOSITORY, tag=tag, pause=False)
        return stored_size(engine, ref)
    finally:
        engine.remove_image(ref)
