"""What COPY and ADD put where (moby/buildkit `dockerfile2llb/convert.go`, dispatchCopy)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from linkcheck.gate.reader import DockerfileError
from linkcheck.gate.stages import stage_of
from linkcheck.model.provides import UNKNOWN, MaybeUnknown
from linkcheck.model.stageimage import Copied, LeftOut, Line

if TYPE_CHECKING:
    from linkcheck.gate.context import Context
    from linkcheck.model.dockerfile import Dockerfile, Instruction

_LIBRARY: Final = re.compile(r"\.so([.*?\[]|\Z)")  # a file: nobody calls a folder so
# those that Alpine, BusyBox, Debian, Fedora and what stands on them have alike
USUAL_FOLDERS: Final = frozenset(
    {"/bin", "/etc", "/home", "/lib", "/opt", "/root", "/sbin", "/srv", "/tmp", "/usr", "/usr/bin"}
    | {"/usr/lib", "/usr/local", "/usr/local/bin", "/usr/sbin", "/usr/share", "/var", "/var/lib"}
)
_ARCHIVES: Final = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst")


class Here(NamedTuple):
    """The image as it is when a COPY comes."""

    folder: str  # the working folder
    expanded: Callable[[str], str]
    is_folder: Callable[[str], bool | MaybeUnknown]  # whether a path is one already


def copies(
    instruction: Instruction,
    at: Line,
    here: Here,
    dockerfile: Dockerfile,
    index: int,
    context: Context | None,
) -> Iterator[Copied | LeftOut]:
    """Each source of the instruction with its place.

    Raises DockerfileError where a destination is missing.
    """
    folder, expanded, is_folder = here
    words = [expanded(word) for word in instruction.words]
    if len(words) < 2:
        raise DockerfileError(
            f"{at.path}:{at.line}: {instruction.keyword} requires at least two arguments",
            next_step="write a source and a destination",
        )
    *sources, wanted = words
    place = posixpath.normpath(posixpath.join("/", folder, wanted)).replace("//", "/")
    into = wanted.endswith(("/", "/.")) or wanted in (".", "") or len(sources) > 1
    there = True if into else is_folder(place)
    if there is UNKNOWN:  # then it may be either: under that name, or below it
        plain = here._replace(is_folder=lambda _: False)
        yield from copies(instruction, at, plain, dockerfile, index, context)
    into = there is not False
    stage, image = _origin(instruction, expanded, dockerfile, index)
    mode = _mode(expanded(instruction.flag("chmod") or ""))
    for source in sources:
        name = source.removeprefix("<<").removeprefix("-").strip("'\"")
        if source.startswith("<<") and instruction.heredocs:
            yield Copied(
                name,
                _below(place, name, into),
                "heredoc",
                None,
                "",
                mode or 0o644,
                "file",
                False,
                at,
            )
        elif instruction.keyword == "ADD" and "://" in source:
            name = source.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]
            yield Copied(
                source, _below(place, name, into), "url", None, "", mode or 0o600, "file", False, at
            )
        elif stage is not None or image:
            kind: Literal["stage", "image"] = "stage" if stage is not None else "image"
            yield from _spread(
                Copied(source, place, kind, stage, image, mode, UNKNOWN, False, at),
                into,
                instruction,
            )
        else:
            yield from _from_context(source, place, into, mode, instruction, at, context)


def _origin(
    instruction: Instruction,
    expanded: Callable[[str], str],
    dockerfile: Dockerfile,
    index: int,
) -> tuple[int | None, str]:
    name = expanded(instruction.flag("from") or "")
    if not name:
        return None, ""
    stage = stage_of(dockerfile, name, index)
    return stage, "" if stage is not None else name


def _mode(text: str) -> int | None:
    """The mode of `--chmod=0755`; symbolic ones count only for what they add: `+x`."""
    try:
        return int(text, 8) & 0o7777
    except ValueError:
        return 0o755 if "+x" in text or "+rx" in text or "=rx" in text or "=rwx" in text else None


def _below(place: str, name: str, into: bool) -> str:
    return posixpath.join(place, name) if into else place


def _from_context(
    source: str,
    place: str,
    into: bool,
    mode: int | None,
    instruction: Instruction,
    at: Line,
    context: Context | None,
) -> Iterator[Copied | LeftOut]:
    found = context.find(source) if context is not None else None
    because = context.left_out(source) if context is not None and not found else None
    if because is not None:
        yield LeftOut(source, _below(place, posixpath.basename(source), into), because, at)
        return
    if not found:
        yield from _spread(
            Copied(source, place, "context", None, "", mode, UNKNOWN, False, at), into, instruction
        )
        return
    for one in found:
        unpacks = instruction.keyword == "ADD" and one.name.endswith(_ARCHIVES)
        parents = instruction.flag("parents") is not None
        target = posixpath.join(place, one.name.lstrip("/")) if parents else place
        if one.kind == "file" and not parents:
            target = _below(place, posixpath.basename(one.name), into or len(found) > 1)
        elif one.kind == "folder":
            target = target.rstrip("/") + "/"
        yield Copied(
            one.name,
            target if not unpacks else place.rstrip("/") + "/",
            "context",
            None,
            "",
            mode if mode is not None else one.mode,
            "folder" if unpacks else one.kind,
            unpacks,
            at,
        )


def _spread(copied: Copied, into: bool, instruction: Instruction) -> Iterator[Copied]:
    """A source of which it is not known whether it is a file or a folder.

    Into a folder a file keeps its name, and a folder leaves its content: both are listed.
    """
    source = copied.source.rstrip("/") or "/"
    if instruction.flag("parents") is not None:
        yield copied._replace(place=posixpath.join(copied.place, source.lstrip("/")))
        return
    if copied.source.endswith("/") or source in (".", "/"):
        yield copied._replace(place=copied.place.rstrip("/") + "/", kind="folder")
        return
    if not into:
        yield copied
        return
    file = copied._replace(place=posixpath.join(copied.place, posixpath.basename(source)))
    if _LIBRARY.search(file.place):
        yield file._replace(kind="file")
        return
    yield file
    yield copied._replace(place=copied.place.rstrip("/") + "/", kind="folder")
