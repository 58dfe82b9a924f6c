"""Where `image build` puts its images: a layout, an archive, or the engine."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Literal, NamedTuple, cast

from linkcheck.errors import UsageError
from linkcheck.pipeline.bundle import full_name
from linkcheck.ship.image import Image
from linkcheck.ship.layout import Name, is_layout, write_archive, write_folder
from linkcheck.ship.place import check_file, check_folder, move, new_folder, whole_file

if TYPE_CHECKING:
    from linkcheck.engine.engine import Engine

Kind = Literal["oci-dir", "oci-archive", "docker-archive", "image"]
FORMS: Final = "oci-dir:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME] or image:NAME"
_TRIALS: Final = "linkcheck-trial"
_LATEST: Final = "latest"


class Output(NamedTuple):
    """`path` is None for the engine; `name` is what the image is called there."""

    kind: Kind
    path: Path | None
    name: Name

    @property
    def takes_many(self) -> bool:
        """Whether images of several platforms can be there under one name."""
        return self.kind.startswith("oci-")


def parse_output(text: str) -> Output:
    """The output that `text` names. Raises UsageError."""
    kind, _, rest = text.partition(":")
    if not rest or kind not in ("oci-dir", "oci-archive", "docker-archive", "image"):
        raise UsageError(f"--output {text!r} is no place for an image", next_step=f"write {FORMS}")
    if kind == "image":
        name = full_name(rest)
        return Output("image", None, Name(name.rpartition(":")[2], name))
    if kind == "docker-archive":
        path, colon, given = rest.partition(":")
        repo_tag = full_name(given) if colon else None
        tag = repo_tag.rpartition(":")[2] if repo_tag else None
        return Output("docker-archive", Path(path), Name(tag, repo_tag))
    path, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        path, tag = rest, _LATEST
    full_name(f"name:{tag}")
    return Output("oci-dir" if kind == "oci-dir" else "oci-archive", Path(path), Name(tag))


def check_output(output: Output, *, force: bool) -> None:
    """Raises UsageError where nothing may be written there. `force` replaces a former layout."""
    if output.path is None:
        return
    if output.kind == "oci-dir":
        check_folder(output.path, force=force, kind="image layout", is_ours=is_layout)
    else:
        check_file(output.path)


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
