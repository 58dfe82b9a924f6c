"""Everything that one run found out, ready to be rendered."""

from __future__ import annotations

from typing import Literal, NamedTuple

from linkcheck.model.facts import BinaryFacts
from linkcheck.model.needs import Need
from linkcheck.model.verdicts import Finding, Recommendation, Verdict


class Subject(NamedTuple):
    """One program with all that was concluded about it."""

    facts: BinaryFacts
    needs: tuple[Need, ...]
    findings: tuple[Finding, ...]
    verdicts: tuple[Verdict, ...]
    recommendation: Recommendation | None
    sha256: str | None = None
    trials: tuple[Trial, ...] = ()  # of `verify`, one for each verdict


class Failure(NamedTuple):
    """An input that could not be judged."""

    path: str
    message: str


class Trial(NamedTuple):
    """What really happened when a program was started in a base."""

    base: str
    observed: Literal["started", "refused", "error"]
    exit_code: int | None
    output_tail: str
    agrees: bool | None  # None: there was no prediction to agree with
    emulator: str = ""  # what ran a program for another CPU in the kernel's place


class ImageSize(NamedTuple):
    """Bytes of an image with a program on a base, and with what it lacks there."""

    base: str
    size: int


class Build(NamedTuple):
    """One cell of a matrix: a recipe for a platform with a Go version."""

    recipe: str
    platform: str
    go: str | None
    status: Literal["ok", "failed", "skipped"]
    seconds: float
    log_tail: str = ""
    path: str | None = None
    image_size: int | None = None  # on the smallest base
    subject: int | None = None  # index into Report.subjects
    trials: tuple[Trial, ...] = ()
    name: str = ""  # of the program, as several main packages can be built at once
    notes: tuple[str, ...] = ()
    shippable: bool = True
    image_measured: bool = False  # else `image_size` is the base's published size and the program's
    image_sizes: tuple[ImageSize, ...] = ()  # measured, for each base that an engine holds

    @property
    def cause(self) -> str:
        """The first line of the log, which says why it was not built, or ""."""
        lines = (line.strip() for line in self.log_tail.splitlines())
        return next(filter(None, lines), "")


class Report(NamedTuple):
    """The whole answer of one command; `builds` is None for commands that build nothing."""

    subjects: tuple[Subject, ...]
    errors: tuple[Failure, ...] = ()
    builds: tuple[Build, ...] | None = None
    notices: tuple[str, ...] = ()
