"""Where a file that a COPY brings comes from in the end, through all stages that handed it on."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from linkcheck.gate.contents import Contents
    from linkcheck.model.stageimage import Copied, StageImage


class Origin(NamedTuple):
    """The first COPY of the file, its path there, and the stage that had it without a COPY."""

    copied: Copied
    path: str
    stage: StageImage | None

    @property
    def ref(self) -> str:
        """The image that has it; "" for a file of the build context."""
        return self.copied.image if self.stage is None else self.stage.base.ref


def origin_of(contents: Contents, copied: Copied, path: str) -> Origin:
    """The origin of what `copied` puts at `path`."""
    source = source_of(copied, path)
    if copied.stage is None:
        return Origin(copied, source, None)
    stage = contents.image(copied.stage)
    inner = contents.copied_to(stage, source)
    return Origin(copied, source, stage) if inner is None else origin_of(contents, inner, source)


def source_of(copied: Copied, path: str) -> str:
    """The path in its origin of what a COPY puts at `path`."""
    place = copied.place.rstrip("/")
    if copied.kind == "folder" or path.startswith(f"{place}/"):
        return posixpath.normpath(f"/{copied.source}/{path[len(place) :]}").replace("//", "/")
    if path != copied.place:  # one of several that a pattern means
        return posixpath.join(posixpath.dirname(copied.source), posixpath.basename(path))
    return posixpath.join("/", copied.source)
