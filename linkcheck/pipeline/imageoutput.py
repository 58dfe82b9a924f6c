"""Where `image build` puts its images: a layout, an archive, or the engine."""

from __future__ import annotations

import re
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Literal, NamedTuple, cast

from linkcheck.errors import UsageError
from linkcheck.ship.image import Image
from linkcheck.ship.layout import Name, is_layout, write_archive, write_folder
from linkcheck.ship.place import check_file, check_folder, move, new_folder, whole_file

if TYPE_CHECKING:
    from linkcheck.engine.engine import Engine

Kind = Literal["oci-dir", "oci-archive", "docker-archive", "image"]
_KINDS: Final = ("oci-dir", "oci-archive", "docker-archive", "image")
FORMS: Final = "oci-dir:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME] or image:NAME"
_TRIALS: Final = "linkcheck-trial"
_LATEST: Final = "latest"
# [registry/]name[:tag], as distribution/reference has it, without digests
_NAME: Final = re.compile(
    r"(?:[\w.-]+(?::\d+)?/)*[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?::[\w][\w.-]{0,127})?"
)


class Output(NamedTuple):
    """`path` is None for the engine; `name` is what the image is called there."""

    kind: Kind
    path: Path | None
    name: Name

    @property
    def takes_many(self) -> bool:
        """Whether images of several platforms can be there under one name."""
        return self.kind.startswith("oci-")


def is_image(text: str) -> bool:
    """Whether an --output names an image, by its scheme."""
    return text.partition(":")[0] in _KINDS and ":" in text


def parse_output(text: str) -> Output:
    """The output that `text` names. Raises UsageError."""
    kind, _, rest = text.partition(":")
    if not is_image(text):
        raise UsageError(f"--output {text!r} is no place for an image", next_step=f"write {FORMS}")
    if kind == "image":
        name = full_name(rest)
        return Output("image", None, Name(name.rpartition(":")[2], name))
    if kind == "docker-archive":
        path, colon, given = rest.partition(":")
        if not path:
            raise UsageError(f"--output {text!r} names no file", next_step=f"write {FORMS}")
        repo_tag = full_name(given) if colon else None
        tag = repo_tag.rpartition(":")[2] if repo_tag else None
        return Output("docker-archive", Path(path), Name(tag, repo_tag))
    path, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        path, tag = rest, _LATEST
    if not path:
        raise UsageError(f"--output {text!r} names no file", next_step=f"write {FORMS}")
    full_name(f"name:{tag}")
    return Output("oci-dir" if kind == "oci-dir" else "oci-archive", Path(path), Name(tag))


def full_name(name: str) -> str:
    """NAME:TAG of an image; no tag is `latest`. Raises UsageError for what can't be one."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name of an image", next_step="write NAME:TAG")
    return name if ":" in name.rsplit("/", 1)[-1] else f"{name}:{_LATEST}"


def check_output(output: Output, *, force: bool) -> None:
    """Raises UsageError where nothing may be written there. `force` replaces a former layout."""
    if output.path is None:
        return
    if output.kind == "oci-dir":
        check_folder(output.path, force=force, kind="image layout", is_ours=is_layout)
    else:
        check_file(output.path)


def write_image(
    image: Image, output: Output, mtime: int, environ: Mapping[str, str], *, force: bool
) -> None:
    """Write one image that need not be tried. Raises UsageError, MissingToolError."""
    if output.path is None:
        into_engine(image, output, mtime, environ, lambda _engine, _ref: None)
    else:
        write_files((image,), output, mtime, force=force)


def write_files(images: Sequence[Image], output: Output, mtime: int, *, force: bool) -> None:
    """Write the images where `output` says, all or nothing. Raises UsageError."""
    assert output.path is not None
    place = output.path.absolute()
    if output.kind == "oci-dir":
        with new_folder(lambda made: write_folder(images, output.name, made), place.parent) as made:
            move(made, place, force=force)
    else:
        with whole_file(place) as file:
            write_archive(images, output.name, file, mtime)


def into_engine(
    image: Image,
    output: Output,
    mtime: int,
    environ: Mapping[str, str],
    attempt: Callable[[Engine, str], None],
) -> None:
    """Load the image, `attempt` it under a name of its own, and only then name it as asked.

    Where `attempt` raises, the engine is left as it was. Raises MissingToolError.
    """
    from linkcheck.engine.engine import connect  # noqa: PLC0415 -- files need no engine
    from linkcheck.engine.load import load_image, name_image  # noqa: PLC0415

    trial = f"{_TRIALS}:{uuid.uuid4().hex[:12]}"
    with closing(connect(environ)) as engine, tempfile.TemporaryFile() as file:
        archive = cast(IO[bytes], file)
        write_archive((image,), Name(None, trial), archive, mtime)
        try:
            load_image(engine, archive, trial)
            attempt(engine, trial)
            name_image(engine, trial, output.name.repo_tag or "")
        finally:
            engine.remove_image(trial)
