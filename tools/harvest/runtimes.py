"""libgcc, libstdc++ and zlib by distribution: which version nodes each has.

Made from the JSON files under cache/ of mayeut/pep600_compliance (MIT licence), which list what a
distribution offers, and from packages of Debian sid. Each line is

    LIBRARY <tab> MACHINE <tab> DISTRIBUTIONS <tab> NODES <tab> NAMES

with spaces between NODES and between NAMES (those without a version); equal lines are joined.
"""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from . import elf

MACHINES = ("x86_64", "aarch64", "armv7l", "i686", "ppc64le", "s390x", "riscv64")
_PREFIXES = {"libgcc_s.so.1": ("GCC",), "libstdc++.so.6": ("GLIBCXX", "CXXABI")}
_ZLIB = "libz.so.1"


def lines(
    repository: Path,
    distributions: tuple[str, ...],
    folders: Mapping[str, Mapping[str, Path]],
) -> Iterator[str]:
    """The lines for some distributions ("debian-12"), out of a git directory of the project.

    `folders` are distribution -> machine -> unpacked packages, for what that project is behind on.
    """
    rows: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    ports: dict[tuple[str, str], list[str]] = {}
    for distribution, machines in folders.items():
        for machine, folder in machines.items():
            for library in _PREFIXES:
                path = next(iter(folder.rglob(library)), None)
                read = elf.read(path) if path is not None else None
                if read is not None and read.nodes:
                    # the project lists no GLIBC_ nodes of libgcc, which ports have since ever
                    ports[library, machine] = [n for n in read.nodes if n.startswith("GLIBC_")]
                    rows[library, machine, " ".join(read.nodes), "-"].append(distribution)
    for machine in MACHINES:
        for distribution in distributions:
            facts = _facts(repository, machine, distribution)
            if facts is None:
                continue
            for library, prefixes in _PREFIXES.items():
                nodes = [f"{p}_{v}" for p in prefixes for v in facts["symbols"].get(p, ())]
                nodes += ports.get((library, machine), [])
                rows[library, machine, " ".join(nodes), "-"].append(distribution)
            nodes = [f"ZLIB_{v}" for v in facts["symbols"].get("ZLIB", ())]
            names = sorted(name for name in facts.get(_ZLIB, ()) if "@" not in name)
            if nodes and names:
                rows[_ZLIB, machine, " ".join(nodes), " ".join(names)].append(distribution)
    for (library, machine, nodes_text, names_text), found in sorted(rows.items()):
        yield "\t".join((library, machine, ",".join(found), nodes_text, names_text))


def _facts(
    repository: Path, machine: str, distribution: str
) -> dict[str, dict[str, list[str]]] | None:
    path = f"HEAD:cache/{machine}/{distribution}.json"
    done = subprocess.run(
        ["git", "-C", str(repository), "show", path], capture_output=True, check=False
    )
    if done.returncode != 0:
        return None
    facts: dict[str, dict[str, list[str]]] = json.loads(done.stdout)
    return facts
