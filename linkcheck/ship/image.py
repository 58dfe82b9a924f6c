"""A bundle as an image: one layer, in an archive that engines load and OCI tools read.

OCI image layout 1.0 and Docker's `manifest.json` over the same blobs, as `docker save` writes it.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, Any, Final, NamedTuple

from linkcheck.model.facts import BinaryFacts

_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
_LAYER: Final = "application/vnd.oci.image.layer.v1.tar"
_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
_LABEL: Final = "org.opencontainers.image."
_BLOCK: Final = 1 << 20


class Settings(NamedTuple):
    """What the image says of itself; `user` is "UID:GID"."""

    platform: str
    entrypoint: tuple[str, ...]
    user: str
    labels: Mapping[str, str]
    created: int  # seconds since 1970


def write_image(layer: IO[bytes], settings: Settings, tag: str, out: IO[bytes]) -> str:
    """Write the archive of an image with the tar archive `layer`; the digest of its manifest.

    Equal input gives equal bytes.
    """
    layer_digest, layer_size = _digest(layer)
    config = _json(_config(settings, layer_digest))
    config_digest = hashlib.sha256(config).hexdigest()
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": _descriptor(_CONFIG, config_digest, len(config)),
            "layers": [_descriptor(_LAYER, layer_digest, layer_size)],
        }
    )
    digest = hashlib.sha256(manifest).hexdigest()
    reference = {
        **_descriptor(_MANIFEST, digest, len(manifest)),
        "annotations": {
            f"{_LABEL}ref.name": tag.rpartition(":")[2],
            "io.containerd.image.name": tag,
        },
    }
    files = {
        f"blobs/sha256/{config_digest}": config,
        f"blobs/sha256/{digest}": manifest,
        "index.json": _json({"schemaVersion": 2, "manifests": [reference]}),
        "manifest.json": _json(
            [
                {
                    "Config": f"blobs/sha256/{config_digest}",
                    "RepoTags": [tag],
                    "Layers": [f"blobs/sha256/{layer_digest}"],
                }
            ]
        ),
        "oci-layout": _json({"imageLayoutVersion": "1.0.0"}),
    }
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        layer.seek(0)
        archive.addfile(_member(f"blobs/sha256/{layer_digest}", layer_size, settings), layer)
        for name, content in files.items():
            archive.addfile(_member(name, len(content), settings), io.BytesIO(content))
    return f"sha256:{digest}"


def labels_for(facts: BinaryFacts, base: str | None) -> dict[str, str]:
    """The labels that the program itself gives (OCI annotations); `base` is the source image."""
    labels = {"title": facts.path.rsplit("/", 1)[-1]}
    go = facts.go
    if go is not None and go.main is not None:
        if go.main.version not in ("", "(devel)"):
            labels["version"] = go.main.version
        host, _, path = go.main.path.partition("/")
        if host == "github.com" and path.count("/") >= 1:
            labels["source"] = f"https://{host}/{'/'.join(path.split('/')[:2])}"
    if go is not None and (revision := go.setting("vcs.revision")):
        labels["revision"] = revision
    if base is not None:
        labels["base.name"] = base
    return {f"{_LABEL}{name}": value for name, value in sorted(labels.items())}


def _config(settings: Settings, layer: str) -> dict[str, Any]:
    system, architecture, *variant = settings.platform.split("/")
    created = datetime.fromtimestamp(settings.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "created": created,
        "architecture": architecture,
        **({"variant": variant[0]} if variant else {}),
        "os": system,
        "config": {
            "User": settings.user,
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            "Entrypoint": list(settings.entrypoint),
            "WorkingDir": "/",
            "Labels": dict(settings.labels),
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}"]},
        "history": [{"created": created, "created_by": "linkcheck bundle"}],
    }


def _descriptor(kind: str, digest: str, size: int) -> dict[str, Any]:
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": size}


def _digest(file: IO[bytes]) -> tuple[str, int]:
    file.seek(0)
    sha, size = hashlib.sha256(), 0
    while block := file.read(_BLOCK):
        sha.update(block)
        size += len(block)
    return sha.hexdigest(), size


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _member(name: str, size: int, settings: Settings) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o644, settings.created
    return member
