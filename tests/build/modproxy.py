"""A module proxy of files (go.dev/ref/mod#goproxy-protocol), as GOPROXY=file://... takes it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path


def publish(proxy: Path, module: str, version: str, files: Mapping[str, str]) -> None:
    """Put a version of `module` into the proxy; `files` must hold its go.mod."""
    folder = proxy / module / "@v"
    folder.mkdir(parents=True, exist_ok=True)
    known = (folder / "list").read_text() if (folder / "list").exists() else ""
    (folder / "list").write_text(f"{known}{version}\n")
    told = {"Version": version, "Time": "2024-01-01T00:00:00Z"}
    (folder / f"{version}.info").write_text(json.dumps(told))
    (proxy / module / "@latest").write_text(json.dumps(told))
    (folder / f"{version}.mod").write_text(files["go.mod"])
    with zipfile.ZipFile(folder / f"{version}.zip", "w") as archive:
        for name, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(f"{module}@{version}/{name}"), text)
