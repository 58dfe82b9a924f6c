"""What the environment of a start can change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

CPU_LEVELS: Final = ("x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4")


class LoadOptions(NamedTuple):
    """`program` is its path in the image, `cpu` the x86 level of the machine if known.

    `library_path` is LD_LIBRARY_PATH cut at each colon: the loaders differ in what an empty piece
    means. `preload` are the names in LD_PRELOAD.
    """

    program: str = "/app"
    library_path: tuple[str, ...] = ()
    cpu: str | None = None
    preload: tuple[str, ...] = ()

    def under(self, environment: Mapping[str, str]) -> LoadOptions:
        """These options, and what the environment of an image says where they say nothing."""
        path = environment.get("LD_LIBRARY_PATH", "")
        preload = environment.get("LD_PRELOAD", "").replace(":", " ").split()
        return self._replace(
            library_path=self.library_path or (tuple(path.split(":")) if path else ()),
            preload=self.preload or tuple(preload),
        )
