"""Which golang images there are, from a clone of github.com/docker-library/golang.

Each version of its versions.json names the variants of the Go releases that were published at that
time; old tags stay where they are. A tag that names no system stands on the newest Debian, or
Alpine, among them (generate-stackbrew-library.sh). The file is there from September 2020 on.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from linkcheck.images.resolve import resolve_known

_FILE = "versions.json"
_SERIES = re.compile(r"(\d+\.\d+)(?:-rc)?")
_HEAD = """\
# The systems on which golang images are published, oldest C library first: for each Go series the
# first and the last release. No last one: it was still published when this was made.
# Written by `python -m tools.harvest golang` from {commit} of github.com/docker-library/golang.
"""

Spans = dict[str, dict[str, list[str]]]  # system -> series -> first and last release


def table(clone: Path) -> str:
    """The whole of golang_images.toml."""
    commits = _git(clone, "log", "--reverse", "--format=%h %cs", "--", _FILE).splitlines()
    spans: Spans = {}
    current: set[tuple[str, str]] = set()
    for line in commits:
        current = set()
        for series, release, system in _published(
            _git(clone, "show", f"{line.split()[0]}:{_FILE}")
        ):
            spans.setdefault(system, {}).setdefault(series, [release, release])[1] = release
            current.add((system, series))
    return _table(spans, current, commits[-1])


def _published(text: str) -> Iterator[tuple[str, str, str]]:
    """Series, release and system of each variant whose C library the catalog knows."""
    for key, entry in json.loads(text).items():
        series = _SERIES.fullmatch(key)
        if series is None or not entry:
            continue
        for variant in entry["variants"]:
            if base_of(variant) is not None:
                yield series[1], entry["version"], variant


def base_of(system: str) -> str | None:
    """The base of the catalog that a variant stands on: debian:bookworm, alpine:3.23."""
    if "/" in system:  # Windows
        return None
    ref = f"alpine:{system[6:]}" if system.startswith("alpine") else f"debian:{system}"
    return ref if resolve_known(ref) is not None else None


def _table(spans: Spans, current: set[tuple[str, str]], commit: str) -> str:
    lines = [_HEAD.format(commit=commit)]
    for system in sorted(spans, key=_age):
        lines.append(f"[{json.dumps(system)}]")
        for series, (first, last) in sorted(spans[system].items(), key=lambda item: _age(item[0])):
            ends = [first] if (system, series) in current else [first, last]
            lines.append(f"{json.dumps(series)} = {json.dumps(ends)}")
        lines.append("")
    return "\n".join(lines)


def _age(system: str) -> tuple[str, list[int]]:
    base = base_of(system)
    known = resolve_known(base) if base else None
    libc = str(known.image.provides.libc_version) if known else ""
    kind = known.image.provides.libc if known else ""
    numbers = [int(number) for number in re.findall(r"\d+", f"{libc}.{system}")]
    return str(kind), numbers


def _git(clone: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", clone, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout
