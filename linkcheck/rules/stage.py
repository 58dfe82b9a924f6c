"""What a Dockerfile rule is, and what it gets to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from linkcheck.model.builder import Builder
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.gate import Edit, Placed
from linkcheck.model.provides import BaseImage, MaybeUnknown
from linkcheck.model.stageimage import Copied, Invocation, StageImage
from linkcheck.model.verdicts import Level, Verdict

__all__ = ["Edit", "Placed", "StageContext", "StageRule", "Started"]


class Started(Protocol):
    """The program that ENTRYPOINT or CMD names (`gate.entry.Entry`)."""

    @property
    def by(self) -> Invocation: ...  # noqa: D102
    @property
    def plain(self) -> str: ...  # noqa: D102
    @property
    def path(self) -> str | None: ...  # noqa: D102
    @property
    def found(self) -> bool | MaybeUnknown: ...  # noqa: D102
    @property
    def copied(self) -> Copied | None: ...  # noqa: D102


def _nothing(path: str) -> None:
    del path


class Foreign(NamedTuple):
    """A program of the image `ref` that was copied, and the loader that it asks for in vain."""

    ref: str
    loader: str


class StageContext(NamedTuple):
    """The image that goes out, worked out from the Dockerfile, and the program where one is there.

    `base` is the base with all that the Dockerfile adds, None where it can't be told, with the
    reason in `base_gap`. `has` answers for an absolute path of the image, `has_program` for a
    program by name; `foreign` tells of one by name that was copied without its loader; `left_out`
    says what of .dockerignore keeps a path from being copied. `first_line` is that of the script
    that is started, None where it is no script or not at hand. `stages` are the images that this
    one stands on or copies from, its own last.
    """

    image: StageImage
    base: BaseImage | None
    base_gap: str
    platform: str  # that the image is built for
    entry: Started | None
    builder: Builder | None
    has: Callable[[str], bool | MaybeUnknown]
    has_program: Callable[[str], bool | MaybeUnknown]
    facts: BinaryFacts | None = None
    verdict: Verdict | None = None
    left_out: Callable[[str], str | None] = _nothing
    foreign: Callable[[str], Foreign | None] = _nothing
    first_line: str | None = None
    non_root: bool = False  # it will run under Kubernetes' runAsNonRoot
    stages: tuple[StageImage, ...] = ()


class StageRule(NamedTuple):
    """As `Rule`, for Dockerfiles."""

    id: str
    name: str
    level: Level
    check: Callable[[StageContext], Iterator[Placed]]
    page: str | None

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return (self.page or self.name).strip().splitlines()[0]
