"""The image that a stage of a Dockerfile makes, as far as its text tells."""

from __future__ import annotations

from typing import Literal, NamedTuple

from linkcheck.model.provides import MaybeUnknown


class Line(NamedTuple):
    """Where something stands: a file and its lines, counted from 1."""

    path: str
    line: int
    end_line: int


class Setting(NamedTuple):
    """A value that an instruction sets, expanded; `default` where an ARG's own default counts."""

    value: str
    at: Line
    default: bool = False


class Invocation(NamedTuple):
    """ENTRYPOINT, CMD or HEALTHCHECK. `words` of the shell form is one string of shell."""

    words: tuple[str, ...]
    shell_form: bool
    at: Line
    shell: tuple[str, ...] = ("/bin/sh", "-c")  # what the shell form is handed to


class Copied(NamedTuple):
    """One source of a COPY or ADD. `place` is the destination, absolute, "/" at a folder's end."""

    source: str
    place: str
    origin: Literal["context", "stage", "image", "heredoc", "url"]
    stage: int | None  # where origin is "stage"
    image: str  # where origin is "image"
    mode: int | None  # of --chmod, or of the file itself
    kind: Literal["file", "folder"] | MaybeUnknown
    unpacks: bool  # ADD of an archive
    at: Line
    owner: str = ""  # of --chown
    chmod: str = ""  # of --chmod, as it is written
    excludes: tuple[str, ...] = ()  # patterns of --exclude


class LeftOut(NamedTuple):
    """A source of a COPY or ADD that .dockerignore keeps out of the build context, and by what."""

    source: str
    place: str
    because: str
    at: Line


class Installed(NamedTuple):
    """A package that a RUN installs."""

    name: str
    manager: Literal["apk", "apt", "dnf"]
    recommends: bool  # packages that it recommends come along
    at: Line
    group: str = ""  # the name of apk's --virtual


class Ran(NamedTuple):
    """A simple command of a RUN: its words, and whether it is understood in full.

    `assigned` are the variables set in front of it: "CGO_ENABLED=0". `stage` is the stage's number.
    """

    words: tuple[str, ...]
    known: bool
    at: Line
    shell_form: bool
    shell: tuple[str, ...] = ("/bin/sh", "-c")
    assigned: tuple[str, ...] = ()
    stage: int = 0


class Pinning(NamedTuple):
    """The base at the root of a chain of stages."""

    ref: str
    at: Line  # of the FROM that names it
    platform: str | None
    platform_text: str | None
    missing: tuple[str, ...]  # ARGs without a value that it is made of


class StageImage(NamedTuple):
    """One stage, worked out, with what the stages hold that it stands on."""

    number: int
    name: str | None
    base: Pinning
    origin: Line  # its own FROM
    copied: tuple[Copied, ...]
    installed: tuple[Installed, ...]
    ran: tuple[Ran, ...]
    environment: dict[str, Setting]
    arguments: dict[str, Setting]  # ARGs declared in this stage
    entrypoint: Invocation | None
    command: Invocation | None
    healthcheck: Invocation | None
    user: Setting | None
    workdir: Setting | None
    shells: tuple[Invocation, ...]  # SHELL
    onbuild: tuple[Line, ...]
    left_out: tuple[LeftOut, ...] = ()
    volumes: tuple[Setting, ...] = ()
