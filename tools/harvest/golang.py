"""What the tags of the official golang image stand on, release by release.

From the history of github.com/docker-library/golang (a clone of it, or a bare one): the last state
of versions.json with a Go release is what its tags keep for good. The first Debian and the first
Alpine among its variants are those of the tags that name none (generate-stackbrew-library.sh).
versions.json is there from September 2020 on; older releases are left out.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

_FILE = "versions.json"


class Stand(NamedTuple):
    """A Go release with the default Debian (by its codename) and Alpine of its image."""

    release: tuple[int, int, int]  # a beta or release candidate has -1 for its last number
    debian: str
    alpine: str


def table(repository: Path) -> Iterator[str]:
    """A line for each release from which on the defaults of its minor release are others."""
    head = _git(repository, "log", "-1", "--format=%h %cs").strip()
    yield f"# made by `python -m tools.harvest golang` from docker-library/golang, {head}"
    stands = sorted(_last(repository).values())
    for _, minor in groupby(stands, key=lambda stand: stand.release[:2]):
        before: tuple[str, str] | None = None
        for stand in minor:
            if (stand.debian, stand.alpine) != before:
                number = ".".join(map(str, stand.release))
                yield f"{number} {stand.debian} {stand.alpine}"
                before = (stand.debian, stand.alpine)


def _last(repository: Path) -> dict[tuple[int, int, int], Stand]:
    """The last state of each release, whatever order git tells the commits in."""
    found: dict[tuple[int, int, int], Stand] = {}
    log = _git(repository, "log", "--first-parent", "--reverse", "--format=%H", "--", _FILE)
    for commit in log.split():
        for known in json.loads(_git(repository, "show", f"{commit}:{_FILE}")).values():
            stand = _stand(known) if known else None
            if stand is not None:
                found[stand.release] = stand
    return found


def _stand(known: dict[str, object]) -> Stand | None:
    number = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?(rc|beta)?", str(known.get("version")))
    variants = known.get("variants")
    if number is None or not isinstance(variants, list):
        return None
    plain = [v for v in variants if not v.startswith(("windows/", "slim-"))]
    debian = next((v for v in plain if not v.startswith("alpine")), None)
    alpine = next((v.removeprefix("alpine") for v in plain if v.startswith("alpine")), None)
    if debian is None or alpine is None:
        return None
    patch = -1 if number[4] else int(number[3] or 0)
    return Stand((int(number[1]), int(number[2]), patch), debian, alpine)


def _git(repository: Path, *words: str) -> str:
    argv = ["git", "-C", str(repository), *words]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout
