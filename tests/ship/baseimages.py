"""Small images for tests, as OCI layouts made by hand: no engine, and not by linkcheck's writer."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

OCI = "application/vnd.oci.image."


def folder(name: str, mode: int = 0o755, owner: int = 0) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.uid, member.gid, member.mtime = b"5", mode, owner, owner, 77
    return member


def link(name: str, target: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, target
    return member


def tar(
    *members: tarfile.TarInfo, files: Mapping[str, bytes | Path] = {}, mode: int = 0o755
) -> bytes:
    """A layer with `members`, then `files`."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for member in members:
            archive.addfile(member)
        for name, given in files.items():
            content = given.read_bytes() if isinstance(given, Path) else given
            file = tarfile.TarInfo(name)
            file.size, file.mode = len(content), mode
            archive.addfile(file, io.BytesIO(content))
    return out.getvalue()


def layout(
    place: Path,
    layers: Sequence[bytes],
    config: Mapping[str, Any] | None = None,
    platforms: Sequence[str] = ("linux/amd64",),
    *,
    packed: bool = True,
) -> str:
    """Write a layout with the same layers for each platform; its REF."""
    entries = []
    for platform in platforms:
        system, architecture, *variant = platform.split("/")
        about = {"os": system, "architecture": architecture}
        about |= {"variant": variant[0]} if variant else {}
        blobs = [gzip.compress(one, mtime=0) if packed else one for one in layers]
        stored = _blob(
            place,
            f"{OCI}config.v1+json",
            json.dumps(
                {
                    **about,
                    "config": dict(config or {}),
                    "rootfs": {
                        "type": "layers",
                        "diff_ids": [f"sha256:{hashlib.sha256(one).hexdigest()}" for one in layers],
                    },
                    "history": [{"created_by": f"layer {at}"} for at, _ in enumerate(layers)],
                }
            ).encode(),
        )
        kind = f"{OCI}layer.v1.tar" + "+gzip" * packed
        manifest = {
            "schemaVersion": 2,
            "config": stored,
            "layers": [_blob(place, kind, one) for one in blobs],
        }
        text = json.dumps(manifest).encode()
        entries.append({**_blob(place, f"{OCI}manifest.v1+json", text), "platform": about})
    index = {"schemaVersion": 2, "manifests": entries}
    (place / "index.json").write_text(json.dumps(index))
    (place / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return f"oci-dir:{place}"


def opened(place: Path) -> dict[str, Any]:
    """What a layout's one image says: its manifest, its config, and its layers' contents."""
    entry = json.loads((place / "index.json").read_text())["manifests"][0]
    manifest = json.loads(_content(place, entry["digest"]))
    return {
        "digest": entry["digest"],
        "manifest": manifest,
        "config": json.loads(_content(place, manifest["config"]["digest"])),
        "layers": [_content(place, one["digest"]) for one in manifest["layers"]],
    }


def members(layer: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
        return {member.name: member for member in archive.getmembers()}


def _content(place: Path, digest: str) -> bytes:
    content = (place / "blobs" / digest.replace(":", "/")).read_bytes()
    assert digest == f"sha256:{hashlib.sha256(content).hexdigest()}"
    return content


def _blob(place: Path, kind: str, content: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    blobs = place / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    (blobs / digest).write_bytes(content)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}
