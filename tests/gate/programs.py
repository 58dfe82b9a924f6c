"""The programs that the corpus puts into images, as fixtures built by a real toolchain."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

# kind -> fixture and its environment
KINDS: dict[str, tuple[str, dict[str, str]]] = {
    "static": ("hello", {"GOARCH": "amd64"}),
    "https": ("httpsget", {"GOARCH": "amd64"}),
    "tz": ("tz", {"GOARCH": "amd64"}),
    "tmpfile": ("tmpfile", {"GOARCH": "amd64"}),
    "users": ("users", {"GOARCH": "amd64"}),
    "arm64": ("hello", {"GOARCH": "arm64"}),
    "cgo": ("dnslookup", {"GOARCH": "amd64", "CGO_ENABLED": "1"}),
}


def program(kind: str, build_fixture: Callable[..., Path]) -> Path:
    """The program of that kind; skips where it can't be built."""
    name, env = KINDS[kind]
    return build_fixture(name, **env)
