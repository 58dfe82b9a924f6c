"""An image put together: the layers of a base as they are, one more, and what the image says.

After the OCI image specification 1.0, "config" and "manifest".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from linkcheck.model.facts import BinaryFacts
from linkcheck.ship.blobs import Blob, Layer, digest_of

CONFIG: Final = "application/vnd.oci.image.config.v1+json"
MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
LABEL: Final = "org.opencontainers.image."
PATH: Final = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# what the specification knows; engines add what only they understand ("container_config")
_KEPT: Final = ("architecture", "author", "os", "os.features", "os.version", "variant")


class Settings(NamedTuple):
    """What the image says of itself; `user` is "UID:GID"."""

    platform: str
    entrypoint: tuple[str, ...]
    user: str
    labels: Mapping[str, str]
    created: int  # seconds since 1970
    env: tuple[str, ...] = ()  # NAME=VALUE


class Image(NamedTuple):
    """An image for one platform. Its digest is the manifest's."""

    platform: str
    manifest: Blob
    config: Blob
    layers: tuple[Layer, ...]

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """All its parts, each once, the manifest last."""
        parts = (*(layer.blob for layer in self.layers), self.config, self.manifest)
        return tuple({blob.digest: blob for blob in parts}.values())

    @property
    def size(self) -> int:
        """Bytes of all parts, as they are stored and sent."""
        return sum(blob.size for blob in self.blobs)

    @property
    def unpacked(self) -> int:
        """Bytes of the plain layers."""
        return sum(layer.unpacked for layer in self.layers)


def configured(base: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The configuration of an image on one with the configuration `base`, {} for none.

    As a Dockerfile would have it: an ENTRYPOINT drops the base's CMD; its ONBUILD triggers are
    for builds alone, and go.
    """
    system, architecture, *variant = settings.platform.split("/")
    config = {key: base[key] for key in _KEPT if base.get(key)}
    config.setdefault("os", system)
    config.setdefault("architecture", architecture)
    if variant and not base:
        config["variant"] = variant[0]
    inherited = dict(base.get("config") or {})
    for gone in ("Cmd", "OnBuild", "ArgsEscaped", "Image", "Hostname", "Domainname"):
        inherited.pop(gone, None)
    config["config"] = {
        **{key: value for key, value in inherited.items() if value not in (None, "", [], {})},
        "User": settings.user,
        "Env": merged_env(inherited.get("Env") or [PATH], settings.env),
        "Entrypoint": list(settings.entrypoint),
        "WorkingDir": inherited.get("WorkingDir") or "/",
        "Labels": {**(inherited.get("Labels") or {}), **settings.labels},
    }
    config["history"] = list(base.get("history") or ())
    return config


def merged_env(present: Sequence[str], new: Sequence[str]) -> list[str]:
    """`present` with the variables `new`, which take the place of those of the same name."""
    return list({pair.partition("=")[0]: pair for pair in (*present, *new)}.values())


def assemble(
    below: Sequence[Layer], layer: Layer, config: Mapping[str, Any], created: int, by: str
) -> Image:
    """The image of the layers `below`, `layer`, and a configuration as `configured` makes it.

    `by` is what the history says of the layer. Equal input gives equal bytes.
    """
    time = datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    layers = (*below, layer)
    history = [*config["history"], {"created": time, "created_by": by}]
    told = sum(not (isinstance(one, dict) and one.get("empty_layer")) for one in history)
    whole = {
        **config,
        "created": time,
        "rootfs": {"type": "layers", "diff_ids": [one.diff_id for one in layers]},
        # one that tells of other layers than there are confuses its readers
        "history": history if told == len(layers) else [],
    }
    stored = blob_of(CONFIG, whole)
    labels = config["config"].get("Labels") or {}
    manifest = blob_of(
        MANIFEST,
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(stored),
            "layers": [descriptor(one.blob) for one in layers],
            "annotations": {k: v for k, v in sorted(labels.items()) if k.startswith(LABEL)},
        },
    )
    platform = "/".join(
        str(config[key]) for key in ("os", "architecture", "variant") if config.get(key)
    )
    return Image(platform, manifest, stored, layers)


def labels_for(facts: BinaryFacts, base: str | None, digest: str | None = None) -> dict[str, str]:
    """The labels that the program itself gives (OCI annotations).

    `base` is the name of the image below, and `digest` its manifest's, where they are known.
    """
    name = facts.path.rsplit("/", 1)[-1]
    labels = {"title": name.encode("utf-8", "replace").decode()}
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
    if digest is not None:
        labels["base.digest"] = digest
    return {f"{LABEL}{name}": value for name, value in sorted(labels.items())}


def blob_of(kind: str, value: object) -> Blob:
    """A document as JSON, in one spelling."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    return Blob(kind, digest_of(text), len(text), text)


def descriptor(blob: Blob) -> dict[str, Any]:
    """How other documents name a blob."""
    return {"mediaType": blob.kind, "digest": blob.digest, "size": blob.size}
