"""Image archives: from a file or folder to the layers and the settings of one image.

`docker save` (manifest.json), and the OCI image layout as a folder or as an archive (index.json).
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Callable, Mapping
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
# variants that are meant where none is named (containerd, platforms/database.go)
_OLDEST: Final = {"arm": "v7", "arm64": "v8", "amd64": "v1"}
_NEWEST: Final = {"arm": "v7", "arm64": "v8", "amd64": "v1"}

Find = Callable[[str], Extent | None]


class StoredImage(NamedTuple):
    """The layers of an image, lowest first, the user that it runs as, and its configuration.

    `digest` is that of its manifest, `digests` those by which that names the layers; a `docker
    save` archive has neither.
    """

    layers: tuple[Extent, ...]
    user: str | None
    config: Mapping[str, Any] = {}
    digest: str | None = None
    digests: tuple[str, ...] = ()


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


def stored_image(
    find: Find,
    tag: str | None,
    title: str,
    *,
    platform: str | None = None,
    layout: bool = False,
) -> StoredImage:
    """The image of a `docker save` archive, or the one under `tag` of an OCI layout.

    Of an index it is the one for `platform`, without that for this machine. What is both a
    `docker save` archive and a layout is read as a `layout` where that is said. Raises BadRootError
    where there is none or it can't be read.
    """
    try:
        index = find("index.json")
        listed = find("manifest.json") if tag is None and not (layout and index) else None
        if listed is not None:
            return _saved(find, _json(listed))
        if index is None:
            raise ValueError("it has neither manifest.json nor index.json")
        return _of_layout(find, _json(index), tag, title, platform)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise damaged(title, error) from error


def _saved(find: Find, listed: Any) -> StoredImage:
    image = listed[0]
    names = [os.path.normpath(name) for name in image["Layers"]]
    return _image(find, names, os.path.normpath(image["Config"]))


def _of_layout(
    find: Find, index: Any, tag: str | None, title: str, platform: str | None
) -> StoredImage:
    entries = index["manifests"]
    if tag is not None:
        entries = [entry for entry in entries if _is_named(entry, tag)]
        if not entries:
            raise ValueError(f"it has no image {tag}")
    for _ in range(_MAX_NESTING):
        best = _best(entries) if platform is None else fitting(entries, platform, title)
        document = _json(_blob(find, best["digest"]))
        if "manifests" not in document:
            digests = tuple(str(layer["digest"]) for layer in document["layers"])
            names = [_name(digest) for digest in digests]
            image = _image(find, names, _name(document["config"]["digest"]))
            return image._replace(digest=best["digest"], digests=digests)
        entries = document["manifests"]
    raise ValueError("its indexes lead nowhere")


def _image(find: Find, names: list[str], config: str) -> StoredImage:
    if len(names) > _MAX_LAYERS:
        raise ValueError(f"it has {len(names)} layers")
    found = find(config)
    described = _json(found) if found is not None else {}
    settings = described.get("config") or {}
    layers = []
    for name in names:
        layer = find(name)
        if layer is None:
            raise ValueError(f"its layer {name} is missing")
        layers.append(layer)
    return StoredImage(tuple(layers), settings.get("User") or None, described)


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


def fitting(entries: Any, wanted: str, title: str) -> Any:
    """The entry of an index for the platform `wanted`: with its variant, else an older one.

    Raises BadRootError where there is none.
    """
    system, machine, *variant = wanted.split("/")
    highest = variant[0] if variant else _NEWEST.get(machine, "")
    found, there = [], []
    for entry in entries:
        about = entry.get("platform")
        if about is None:  # a plain list of images: their configurations have to tell
            return entry
        if about.get("os") == "unknown":  # an attestation
            continue
        there.append("/".join(filter(None, map(about.get, ("os", "architecture", "variant")))))
        own = str(about.get("variant") or _OLDEST.get(machine, ""))
        if (about.get("os"), about.get("architecture")) == (system, machine) and own <= highest:
            found.append((own, entry))
    if not found:
        raise BadRootError(
            f"{title}: it has no image for {wanted}, only for {', '.join(there) or 'none'}",
            next_step="name a base that has, or build the program for one of these",
        )
    return max(found, key=lambda pair: pair[0])[1]


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
