"""Images written down: an OCI image layout as a folder or an archive, which engines load too.

OCI image layout 1.0; beside it, for one image, Docker's `manifest.json` over the same blobs, as
`docker save` writes it since 25.
"""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from linkcheck.ship.blobs import Blob
from linkcheck.ship.image import LABEL, Image, blob_of, descriptor

INDEX: Final = "application/vnd.oci.image.index.v1+json"
_BLOCK: Final = 1 << 20
_LAYOUT_FILES: Final = frozenset({"blobs", "index.json", "oci-layout", "manifest.json"})


class Name(NamedTuple):
    """`tag` names the image in the layout, `repo_tag` (NAME:TAG) in an engine; None for none."""

    tag: str | None = None
    repo_tag: str | None = None


def top_of(images: Sequence[Image]) -> Blob:
    """The manifest of the one image, or an index of several: its digest is that of them all."""
    if len(images) == 1:
        return images[0].manifest
    entries = [_entry(image) for image in sorted(images, key=lambda image: image.platform)]
    return blob_of(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})


def write_folder(images: Sequence[Image], name: Name, folder: Path) -> None:
    """Write a layout into `folder`, which must not be there. Raises OSError."""
    folder.mkdir()
    folder.chmod(0o755)
    for path, blob in _files(images, name):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as out:
            shutil.copyfileobj(blob.open(), out, _BLOCK)


def write_archive(images: Sequence[Image], name: Name, out: IO[bytes], mtime: int) -> None:
    """Write the same as a tar archive, all of the time `mtime`. Equal input gives equal bytes."""
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, blob in _files(images, name):
            member = tarfile.TarInfo(path)
            member.size, member.mode, member.mtime = blob.size, 0o644, mtime
            archive.addfile(member, blob.open())


def is_layout(folder: Path) -> bool:
    """Whether a folder holds a layout and nothing else: --force is not to empty another."""
    names = {entry.name for entry in folder.iterdir()}
    return names <= _LAYOUT_FILES and {"index.json", "oci-layout"} <= names


def _files(images: Sequence[Image], name: Name) -> Iterator[tuple[str, Blob]]:
    """Every file of the layout, the large ones first, each blob once."""
    top = top_of(images)
    blobs = {blob.digest: blob for image in images for blob in image.blobs}
    blobs[top.digest] = top
    for digest, blob in blobs.items():
        yield f"blobs/{digest.replace(':', '/')}", blob
    entry = _entry(images[0]) if len(images) == 1 else descriptor(top)
    names = {}
    if name.tag is not None:
        names[f"{LABEL}ref.name"] = name.tag
    if name.repo_tag is not None:
        names["io.containerd.image.name"] = name.repo_tag
    if names:
        entry["annotations"] = names
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}
    yield "index.json", blob_of(INDEX, index)
    if len(images) == 1:
        yield "manifest.json", blob_of("", [_docker(images[0], name)])
    yield "oci-layout", blob_of("", {"imageLayoutVersion": "1.0.0"})


def _docker(image: Image, name: Name) -> dict[str, Any]:
    return {
        "Config": _path(image.config),
        "RepoTags": [name.repo_tag] if name.repo_tag is not None else None,
        "Layers": [_path(layer.blob) for layer in image.layers],
    }


def _path(blob: Blob) -> str:
    return f"blobs/{blob.digest.replace(':', '/')}"


def _entry(image: Image) -> dict[str, Any]:
    keys = ("os", "architecture", "variant")
    platform = dict(zip(keys, image.platform.split("/"), strict=False))
    return {**descriptor(image.manifest), "platform": platform}
