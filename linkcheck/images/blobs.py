"""What was fetched from registries, by digest, below the user's cache folder.

A name says what the content is, so nothing in it is ever out of date. What no run has looked at
for a month goes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Callable
from typing import IO, Final

from linkcheck.engine.folders import cache_home, whole
from linkcheck.errors import BadRootError, MissingToolError

KEPT: Final = 30 * 24 * 3600  # seconds
_DIGEST: Final = re.compile(r"(sha256):([0-9a-f]{64})|(sha512):([0-9a-f]{128})")

# writes the content to the file, from its start
Fetch = Callable[[IO[bytes]], object]


class Blobs:
    """Contents by digest, each fetched once."""

    def __init__(self) -> None:
        self._folder = cache_home(os.environ) / "blobs"

    def open(self, digest: str, fetch: Fetch, title: str) -> IO[bytes]:
        """The content of that digest, fetched for `title` unless it is here.

        Raises BadRootError where what comes has another digest (nothing of it is kept),
        MissingToolError where it can't be kept, and what `fetch` raises.
        """
        algorithm, wanted = _parts(digest, title)
        path = self._folder / algorithm / wanted
        with contextlib.suppress(OSError):
            file = path.open("rb")
            os.utime(path)
            return file
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._sweep()
            with whole(path) as partial, partial.open("r+b") as out:
                fetch(out)
                _check(out, digest, title)
            return path.open("rb")
        except OSError as error:
            raise MissingToolError(
                f"{path.parent}: {error.strerror or error}",
                next_step="make room there, or set XDG_CACHE_HOME to another folder",
            ) from error

    def _sweep(self) -> None:
        for old in self._folder.glob("sha*/[0-9a-f]*"):
            with contextlib.suppress(OSError):
                if time.time() - old.stat().st_mtime > KEPT:
                    old.unlink()


def digest_of(content: bytes) -> str:
    """As manifests name content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _parts(digest: str, title: str) -> tuple[str, str]:
    found = _DIGEST.fullmatch(digest)
    if found is None:
        raise BadRootError(f"{title}: {digest[:80]!r} is no digest", next_step="check the image")
    return found[1] or found[3], found[2] or found[4]


def _check(file: IO[bytes], digest: str, title: str) -> None:
    algorithm, wanted = _parts(digest, title)
    file.seek(0)
    got = hashlib.file_digest(file, algorithm).hexdigest()  # type: ignore[arg-type]
    if got != wanted:
        raise BadRootError(
            f"{title}: what came for {digest} has the digest {algorithm}:{got}",
            next_step="the registry, or a proxy before it, is damaged: push the image anew",
        )
