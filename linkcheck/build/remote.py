"""A SOURCE that is no folder: `module/path[@version]`, built as `go install` would."""

from __future__ import annotations

import re
from dataclasses import dataclass

from linkcheck.build.names import program_name
from linkcheck.errors import UsageError

# Module paths (go.dev/ref/mod#module-path): what is fetched has a domain with a dot in front.
_PATH = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]+)?(?:/[A-Za-z0-9._~+-]+)*")
_VERSION = re.compile(r"[A-Za-z0-9._+/-]+")
_PINNED = re.compile(r"v[0-9]+\.[0-9]+\.[0-9]+(?:[-+].*)?")


@dataclass(frozen=True, slots=True)
class Remote:
    """A main package that is fetched with its module."""

    path: str
    version: str
    name: str

    @property
    def argument(self) -> str:
        """As `go install` takes it."""
        return f"{self.path}@{self.version}"

    @property
    def pinned(self) -> bool:
        """Whether the version is the same source for ever: v1.2.3, unlike latest or a branch."""
        return _PINNED.fullmatch(self.version) is not None


def parse_remote(text: str) -> Remote | None:
    """`example.com/tool/cmd/x@v1.2.3` (no version: latest); None for a text that reads as a path.

    Raises UsageError for a version on what is no module path.
    """
    path, at, version = text.partition("@")
    path = path.removesuffix("/")
    if not _PATH.fullmatch(path) or "/" not in path or (at and not _VERSION.fullmatch(version)):
        if at and "/" in path and not path.startswith((".", "/")):
            raise UsageError(
                f"{text!r} is no module path with a version",
                next_step="write it like example.com/tool/cmd/x@v1.2.3",
            )
        return None
    return Remote(path, version or "latest", program_name(path))
