"""The build that a Dockerfile describes."""

from __future__ import annotations

from typing import Literal, NamedTuple

from linkcheck.model.stageimage import Line


class Builder(NamedTuple):
    """The stage that compiles the program, by its text alone."""

    ref: str  # of the image that it builds in
    at: Line  # its FROM
    build: Line  # the RUN with `go build`
    libc: Literal["glibc", "musl"]
    libc_version: str | None
    cgo: Literal["on", "off", "unknown"]
    floating: bool  # the tag moves on to newer releases of the distribution
    static: bool  # -extldflags -static
    pure_names: bool  # -tags netgo,osusergo
    race: bool
    goos: str | None
    goarch: str | None
    level: str | None  # GOAMD64
    calls_c: Literal["yes", "no", "unknown"] = "unknown"  # where cgo is on, by its sources
    because: str = ""  # the import that shows it
