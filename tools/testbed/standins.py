"""The testbed's images under the names that Dockerfiles say, for a while: no registry is asked.

Several processes may do so at once. Each holds a shared lock; the last one takes the names away
again, also those that a killed one left.
"""

from __future__ import annotations

import fcntl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from . import cache, golang
from .images import REPOSITORY

# name -> image that stands for it. Both golang names are one image of Debian 12: what it compiles
# starts on Debian 13 as well.
STAND_INS: Mapping[str, str] = {
    "alpine:3.23": f"{REPOSITORY}/alpine:3.23",
    "debian:12-slim": f"{REPOSITORY}/debian:12",
    "debian:13-slim": f"{REPOSITORY}/debian:13",
    "gcr.io/distroless/static-debian12:nonroot": f"{REPOSITORY}/distroless-static-debian12",
    "gcr.io/distroless/static-debian13:nonroot": f"{REPOSITORY}/distroless-static-debian13",
    "gcr.io/distroless/base-debian12:nonroot": f"{REPOSITORY}/distroless-base-debian12",
    "gcr.io/distroless/base-debian13:nonroot": f"{REPOSITORY}/distroless-base-debian13",
    f"golang:{golang.VERSION}-bookworm": f"{REPOSITORY}/golang:bookworm",
    f"golang:{golang.VERSION}-trixie": f"{REPOSITORY}/golang:bookworm",
}


@contextmanager
def stand_ins(names: Mapping[str, str] = STAND_INS) -> Iterator[None]:
    """Give the images these names; one that the engine has already stays what it is.

    Raises LookupError where the engine lacks an image.
    """
    place = cache.root() / "locks" / "stand-ins"
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a+") as made:
        fcntl.flock(made, fcntl.LOCK_SH)
        try:
            for name, image in names.items():
                _name(name, image, made)
            yield
        finally:
            _take_away(made)


def _name(name: str, image: str, made: IO[str]) -> None:
    if _docker("image", "inspect", name):
        return
    made.write(f"{name}\n")  # first: whoever is killed in between leaves no name that nobody knows
    made.flush()
    if not _docker("tag", image, name):
        raise LookupError(f"the engine has no {image}: `python -m tools.testbed images` makes it")


def _take_away(made: IO[str]) -> None:
    try:
        fcntl.flock(made, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # somebody else still uses them
    made.seek(0)
    for name in dict.fromkeys(made.read().split()):
        _docker("rmi", "--no-prune", name)
    made.truncate(0)


def _docker(*arguments: str) -> bool:
    return subprocess.run(["docker", *arguments], capture_output=True, check=False).returncode == 0
