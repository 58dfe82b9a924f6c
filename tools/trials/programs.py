"""The programs of a trial: the testbed's real ones out of packages, each once by its content."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from tools.testbed import cache


@dataclass(frozen=True, slots=True)
class TrialProgram:
    """One program file; `fixture` is its folder under fixtures/, "" for a program of a package."""

    label: str
    path: Path
    arguments: tuple[str, ...]
    fixture: str = ""


def packaged_programs() -> list[TrialProgram]:
    """The programs that the testbed unpacked from packages, without identical copies."""
    index = cache.root() / "programs" / "index.json"
    if not index.is_file():
        return []
    seen: set[str] = set()
    programs = []
    for entry in json.loads(index.read_text()):
        path = Path(entry["path"])
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest in seen:
            continue
        seen.add(digest)
        label = f"{entry['suite']}:{entry['package']}/{path.name}"
        programs.append(TrialProgram(label, path, ("--version",)))
    return programs


def slice_of(programs: list[TrialProgram], count: int) -> list[TrialProgram]:
    """Every nth program, so that a slice has all kinds and is the same at every run."""
    if count <= 0 or count >= len(programs):
        return programs
    step = len(programs) / count
    return [programs[int(i * step)] for i in range(count)]
