"""Image archives: from a file or folder to the layers and the settings of one image.

`docker save` (manifest.json), and the OCI image layout as a folder or as an archive (index.json).
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from linkcheck.errors import BadRootError
from linkcheck.images.layers import damaged, members
from linkcheck.images.tree import Extent

_MAX_JSON: Final = 16 << 20
_MAX_LAYERS: Final = 512
_MAX_BLOBS: Final = 100_000
_MAX_NESTING: Final = 8
_DIGEST: Final = re.compile(r"(sha256|sha512):([0-9a-f]{64,128})")
_REF_NAMES: Final = ("org.opencontainers.image.ref.name", "io.containerd.image.name")
_GOARCH: Final = {"x86_64": "amd64", "aarch64": "arm64"}

Find = Callable[[str], Extent | None]


class StoredImage(NamedTuple):
    """The layers of an image, lowest first, and the user that it runs as."""

    layers: tuple[Extent, ...]
    user: str | None


def in_archive(file: IO[bytes], title: str) -> Find:
    """Find the blobs of an image archive by name. Raises BadRootError."""
    whole = Extent(file.fileno(), 0, os.fstat(file.fileno()).st_size)
    found: dict[str, Extent] = {}
    links: dict[str, str] = {}
    with members(whole, title) as all_members:
        for member in all_members:
            if len(found) > _MAX_BLOBS:
                raise damaged(title, ValueError("it holds too many files"))
            name = os.path.normpath(member.name)
            if member.isreg():
                found[name] = Extent(whole.descriptor, member.offset_data, member.size)
            elif member.issym():  # old `docker save` shares layers that way
                links[name] = os.path.normpath(f"{os.path.dirname(name)}/{member.linkname}")  # noqa: PTH120 -- names of an archive
    return lambda name: found.get(links.get(name, name))


def in_folder(folder: Path, keep: list[IO[bytes]], title: str) -> Find:
    """Find the blobs of an OCI layout by name; `keep` collects the files to close."""
    if not folder.is_dir():
        raise BadRootError(f"{title}: not a folder", next_step="name an OCI image layout")

    def find(name: str) -> Extent | None:
        try:
            file = (folder / name).open("rb")
        except OSError:
            return None
        keep.append(file)
        return Extent(file.fileno(), 0, os.fstat(file.fileno()).st_size)

    return find


def stored_image(find: Find, tag: str | None, title: str) -> StoredImage:
    """The image of a `docker save` archive, or the one under `tag` of an OCI layout.

    Raises BadRootError where there is none or it can't be read.
    """
    try:
        if tag is None and (listed := find("manifest.json")) is not None:
            return _saved(find, _json(listed))
        index = find("index.json")
        if index is None:
            raise ValueError("it has neither manifest.json nor index.json")
        return _of_layout(find, _json(index), tag)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise damaged(title, error) from error


def _saved(find: Find, listed: Any) -> StoredImage:
    image = listed[0]
    names = [os.path.normpath(name) for name in image["Layers"]]
    return _image(find, names, os.path.normpath(image["Config"]))


def _of_layout(find: Find, index: Any, tag: str | None) -> StoredImage:
    entries = index["manifests"]
    if tag is not None:
        entries = [entry for entry in entries if _is_named(entry, tag)]
        if not entries:
            raise ValueError(f"it has no image {tag}")
    for _ in range(_MAX_NESTING):
        document = _json(_blob(find, _best(entries)["digest"]))
        if "manifests" not in document:
            names = [_name(layer["digest"]) for layer in document["layers"]]
            return _image(find, names, _name(document["config"]["digest"]))
        entries = document["manifests"]
    raise ValueError("its indexes lead nowhere")


def _image(find: Find, names: list[str], config: str) -> StoredImage:
    if len(names) > _MAX_LAYERS:
        raise ValueError(f"it has {len(names)} layers")
    found = find(config)
    settings = _json(found).get("config") or {} if found is not None else {}
    layers = []
    for name in names:
        layer = find(name)
        if layer is None:
            raise ValueError(f"its layer {name} is missing")
        layers.append(layer)
    return StoredImage(tuple(layers), settings.get("User") or None)


def _is_named(entry: Any, tag: str) -> bool:
    names = [str((entry.get("annotations") or {}).get(key, "")) for key in _REF_NAMES]
    return any(name == tag or name.endswith(f":{tag}") for name in names)


def _best(entries: Any) -> Any:
    """The image for this machine's CPU, else the first that is one (attestations are none)."""
    machine = platform.machine()
    wanted = _GOARCH.get(machine, machine)
    real = [e for e in entries if (e.get("platform") or {}).get("os") != "unknown"]
    own = [e for e in real if (e.get("platform") or {}).get("architecture") == wanted]
    return (own or real)[0]


def _blob(find: Find, digest: str) -> Extent:
    found = find(_name(digest))
    if found is None:
        raise ValueError(f"its part {digest} is missing")
    return found


def _name(digest: str) -> str:
    parts = _DIGEST.fullmatch(digest)
    if parts is None:
        raise ValueError(f"{digest!r} is no digest")
    return f"blobs/{parts[1]}/{parts[2]}"


def _json(extent: Extent) -> Any:
    if extent.size > _MAX_JSON:
        raise ValueError(f"a description of {extent.size} bytes")
    return json.loads(os.pread(extent.descriptor, extent.size, extent.offset))
