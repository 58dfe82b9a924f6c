"""What `go build` calls a program."""

from __future__ import annotations

import re

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._+-]")
_MAJOR_VERSION = re.compile(r"v[0-9]+")


def program_name(path: str) -> str:
    """The last part of an import path that is no major version, fit for a file name."""
    parts = [part for part in path.split("/") if part]
    if len(parts) > 1 and _MAJOR_VERSION.fullmatch(parts[-1]):
        parts.pop()
    return _NOT_IN_A_NAME.sub("_", parts[-1]) if parts else "app"
