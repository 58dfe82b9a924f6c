"""What `image build` made: one image a platform, with what was added to its base and why."""

from __future__ import annotations

from typing import NamedTuple

from linkcheck.model.bundle import LeftOut, Piece
from linkcheck.model.report import Trial
from linkcheck.model.verdicts import Verdict


class BuiltImage(NamedTuple):
    """The image for one platform. `size` is as it is stored and sent, `unpacked` without gzip.

    `user` is the one that it runs as, `argv` what it starts; `trial` is its start, None where
    there was none, for the reason `untried`.
    """

    program: str
    platform: str
    base: str
    digest: str
    size: int
    unpacked: int
    layers: int
    added: tuple[Piece, ...]
    left_out: tuple[LeftOut, ...]
    user: str
    argv: tuple[str, ...]
    verdict: Verdict
    trial: Trial | None = None
    untried: str = ""


class BuiltImages(NamedTuple):
    """All that one call made. `digest` is the manifest's, or that of the index over several."""

    output: str
    digest: str
    images: tuple[BuiltImage, ...]
    notes: tuple[str, ...] = ()
