"""Image archives made on the spot, of any shape."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Member = tuple[tarfile.TarInfo, bytes]


def file(name: str, content: bytes = b"x", mode: int = 0o644) -> Member:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), mode
    return info, content


def folder(name: str, mode: int = 0o755) -> Member:
    info = tarfile.TarInfo(name)
    info.type, info.mode = tarfile.DIRTYPE, mode
    return info, b""


def link(name: str, target: str, *, hard: bool = False) -> Member:
    info = tarfile.TarInfo(name)
    info.type = tarfile.LNKTYPE if hard else tarfile.SYMTYPE
    info.linkname = target
    return info, b""


def tar(members: Iterable[Member]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def docker_archive(
    path: Path, *layers: bytes, user: str = "", env: Iterable[str] | None = None
) -> Path:
    """As `docker save` writes it."""
    settings = {"User": user} if env is None else {"User": user, "Env": list(env)}
    config = json.dumps({"config": settings}).encode()
    manifest = [{"Config": "config.json", "Layers": [f"{n}/layer.tar" for n in range(len(layers))]}]
    members = [file(f"{n}/layer.tar", layer) for n, layer in enumerate(layers)]
    members += [file("config.json", config), file("manifest.json", json.dumps(manifest).encode())]
    path.write_bytes(tar(members))
    return path


def oci_layout(
    path: Path,
    images: dict[str, tuple[bytes, ...]],
    *,
    arch: str | None = None,
    nested: bool = False,
) -> Path:
    """An OCI layout as a folder; `images` maps tags to layers, which are compressed."""
    blobs = path / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(data: bytes) -> dict[str, Any]:
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"digest": f"sha256:{digest}", "size": len(data)}

    entries = []
    for tag, layers in images.items():
        config = blob(json.dumps({"config": {"User": "65532"}}).encode())
        document = {"config": config, "layers": [blob(gzip.compress(x)) for x in layers]}
        entry = blob(json.dumps(document).encode())
        if nested:
            unknown = {**blob(b"{}"), "platform": {"os": "unknown", "architecture": "unknown"}}
            other = {**blob(b"[]"), "platform": {"os": "linux", "architecture": "vax"}}
            own = {**entry, "platform": {"os": "linux", "architecture": arch}}
            entry = blob(json.dumps({"manifests": [unknown, other, own]}).encode())
        entry["annotations"] = {"org.opencontainers.image.ref.name": tag}
        entries.append(entry)
    (path / "index.json").write_text(json.dumps({"manifests": entries}))
    (path / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return path
