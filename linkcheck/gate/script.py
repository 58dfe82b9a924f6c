"""The file that an image starts, read from the build context or the Dockerfile itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from linkcheck.gate.context import Context
    from linkcheck.gate.entry import Entry
    from linkcheck.model.dockerfile import Dockerfile

_HEAD: Final = 512


def context_file(entry: Entry | None, context: Context | None) -> tuple[str, Path] | None:
    """Name and path of the file of the build context that the image starts, or None."""
    copied = entry.copied if entry else None
    if copied is None or copied.origin != "context" or context is None or copied.unpacks:
        return None
    files = context.find(copied.source)
    if len(files) == 1 and files[0].kind == "folder" and entry is not None and entry.path:
        files = context.find(f"{copied.source}/{os.path.relpath(entry.path, copied.place)}")
    if len(files) != 1 or files[0].kind != "file":
        return None
    return files[0].name, files[0].path


def first_line(dockerfile: Dockerfile, entry: Entry | None, context: Context | None) -> str | None:
    """The first line of the script that the image starts; None where it is none or not at hand."""
    text = _heredoc(dockerfile, entry)
    found = context_file(entry, context)
    if found is not None:
        try:
            with found[1].open("rb") as file:
                head = file.read(_HEAD)
        except OSError:
            return None
        text = None if b"\0" in head else head.decode("utf-8", "replace")
    return None if text is None else text.split("\n", 1)[0]


def _heredoc(dockerfile: Dockerfile, entry: Entry | None) -> str | None:
    copied = entry.copied if entry else None
    if copied is None or copied.origin != "heredoc":
        return None
    bodies = (
        heredoc.content.lstrip("\t")  # `<<-` takes the tabs away
        for stage in dockerfile.stages
        for one in stage.instructions
        if one.line == copied.at.line
        for heredoc in one.heredocs
        if heredoc.name == copied.source
    )
    return next(bodies, None)
