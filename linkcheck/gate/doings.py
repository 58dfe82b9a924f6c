"""What single instructions of a stage do to one path: put, make, take away."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkcheck.model.stageimage import Copied, Ran, StageImage


def removes(image: StageImage, copied: Copied, path: str) -> bool:
    """Whether a RUN below the COPY takes its file at `path` away again."""
    return any(
        _covers(word.rstrip("/"), path)
        for ran in image.ran
        if ran.words[:1] == ("rm",) and ran.at.line > copied.at.line
        for word in ran.words[1:]
        if word.startswith("/")
    )


def _covers(word: str, path: str) -> bool:
    """Whether a word of `rm`, which may be a pattern, means `path` or a folder above it."""
    parts, wanted = path.split("/"), word.split("/")
    return len(wanted) <= len(parts) and all(
        fnmatchcase(part, pattern) for part, pattern in zip(parts, wanted, strict=False)
    )


def makes_home(ran: Ran, path: str) -> bool:
    """Whether a command may make `path` as the home of a user that it adds."""
    adds = ran.words[:1] in (("adduser",), ("useradd",))
    return adds and (path.startswith("/home/") or path in ran.words)


def folders(image: StageImage) -> list[str]:
    """The folders that WORKDIR, VOLUME and mkdir make."""
    made = [image.workdir.value.rstrip("/")] if image.workdir else []
    made += [volume.value.rstrip("/") for volume in image.volumes]
    return made + [
        word.rstrip("/")
        for ran in image.ran
        if ran.words[:1] == ("mkdir",)
        for word in ran.words[1:]
        if word.startswith("/")
    ]


def writes(words: tuple[str, ...], path: str) -> bool:
    """Whether a command leaves a file at the path that is one of its words."""
    name = posixpath.basename(words[0])
    if name in ("cp", "mv", "ln", "install"):
        return words[-1] == path
    flags = {"curl": ("-o", "--output"), "wget": ("-O", "--output-document"), "go": ("-o",)}
    if name == "touch":
        return True
    before = words[words.index(path) - 1]
    return before in flags.get(name, ()) or before in (">", ">>")
