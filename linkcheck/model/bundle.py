"""What a bundle holds: a program with just those files of another root that it needs."""

from __future__ import annotations

from typing import Literal, NamedTuple

from linkcheck.model.report import Trial
from linkcheck.model.verdicts import Verdict

PieceKind = Literal["file", "folder", "link"]
PROGRAM = "/app"  # where a bundle has its program


class Piece(NamedTuple):
    """One entry of the bundle. `why` says what it is for; `origin` is the REF it was taken from.

    `origin` is "" where linkcheck made it. `target` is a link's, as it is written.
    """

    path: str
    kind: PieceKind
    mode: int
    why: str
    size: int = 0
    target: str = ""
    origin: str = ""


class LeftOut(NamedTuple):
    """Something that was not taken, and why."""

    what: str
    why: str


class Licence(NamedTuple):
    """The package that files of the bundle belong to, and where its licence is told.

    `text` is a path in the root, or the licence's own name where the package says no more.
    """

    package: str
    version: str
    text: str


class Bundle(NamedTuple):
    """All that is told of a bundle; `trial` is its start, None where there was none."""

    program: str
    source: str  # the REF of --from
    output: str
    pieces: tuple[Piece, ...]
    left_out: tuple[LeftOut, ...]
    licences: tuple[Licence, ...]
    verdict: Verdict  # of the program in the bundle
    trial: Trial | None = None
    untried: str = ""  # why there was no start

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(piece.size for piece in self.pieces)
