"""What `go env -w` of the user has set, for builders in which that file is not there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit


def user_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The NAME=VALUE lines of the file GOENV, else of the usual place (`go help environment`)."""
    file = _file(environ)
    try:
        text = file.read_text("utf-8", "replace") if file else ""
    except OSError:
        return {}
    pairs = (line.strip().partition("=") for line in text.splitlines())
    return {name: value for name, equals, value in pairs if equals and not name.startswith("#")}


def proxy_folders(proxies: str) -> tuple[Path, ...]:
    """The folders of this machine that a GOPROXY names: the absolute paths of its file:// URLs."""
    found = []
    for entry in proxies.replace("|", ",").split(","):
        parts = urlsplit(entry.strip())
        if parts.scheme == "file" and parts.path.startswith("/"):
            found.append(Path(unquote(parts.path)))
    return tuple(dict.fromkeys(found))


def _file(environ: Mapping[str, str]) -> Path | None:
    setting = environ.get("GOENV", "")
    if setting:
        return None if setting == "off" else Path(setting)
    home = environ.get("HOME")
    if sys.platform == "darwin":
        return Path(home, "Library/Application Support/go/env") if home else None
    config = environ.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    return Path(config, "go/env") if config else None
