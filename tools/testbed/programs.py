"""Real programs for the trials: the executables of many packages, and an index of them.

Packages are unpacked, not installed, to programs/SUITE/PACKAGE/, and only their ELF files and
links are kept. programs/index.json lists the programs among them:

    [{"path", "suite", "package", "version", "go"}]

with absolute paths, sorted, so that a slice of it is the same on every run. Each SUITE folder
holds its own part of the index, with relative paths: it is written once, when the suite is made.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypedDict

from . import alpine, apkdb, apt, cache, elf
from .host import say
from .packages import SUITES

RECIPE = 2
_PART = "index.json"


class Program(TypedDict):
    """One line of the index."""

    path: str
    suite: str
    package: str
    version: str
    go: bool


def make() -> Path:
    """Fetch and index everything, and return the index."""
    folders = [_from_debian(suite) for suite in SUITES]
    folders.append(_from_alpine())
    programs = [program for folder in folders for program in _read_part(folder)]
    programs.sort(key=lambda program: program["path"])
    index = cache.root() / "programs/index.json"
    cache.write_atomically(index, json.dumps(programs, indent=1) + "\n")
    go = sum(program["go"] for program in programs)
    say(f"programs: {len(programs)}, {go} of them Go's, in {index}")
    return index


def _from_debian(suite: str) -> Path:
    def build(folder: Path) -> None:
        source = apt.Suite(suite)
        versions = source.versions(SUITES[suite])
        with cache.scratch_folder() as downloads:
            packages = source.download(versions, downloads)

            def unpack(name: str) -> None:
                apt.unpack(packages[name], folder / name)
                _keep_elf(folder / name)

            # Unpacking waits for decompressors: as many at once as there are processors.
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(unpack, packages))
        _write_part(folder, suite, versions)

    return cache.ensure(f"programs/{suite}", f"{RECIPE} {' '.join(SUITES[suite])}", build)


def _from_alpine() -> Path:
    system, suite = alpine.full(), f"alpine-{alpine.RELEASE}"

    def build(folder: Path) -> None:
        versions = {}
        for package in apkdb.read(system):
            for name in filter(lambda name: elf.is_elf(system / name), package.files):
                target = folder / package.name / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(system / name, target)
                versions[package.name] = package.version
        _write_part(folder, suite, versions)

    recipe = f"{RECIPE} {cache.read_stamp(f'alpine/{alpine.RELEASE}')}"
    return cache.ensure(f"programs/{suite}", recipe, build)


def _keep_elf(folder: Path) -> None:
    """Delete what can be no part of a running program: documentation, translations, scripts."""
    for current, _, files in os.walk(folder, topdown=False):
        for path in (Path(current, name) for name in files):
            if not path.is_symlink() and not elf.is_elf(path):
                path.unlink()
        if not any(Path(current).iterdir()):
            Path(current).rmdir()


def _write_part(folder: Path, suite: str, versions: dict[str, str]) -> None:
    """Index the programs of a suite's folder while it is made."""
    part = list(_find(folder, suite, versions))
    (folder / _PART).write_text(json.dumps(part, indent=1) + "\n")


def _read_part(folder: Path) -> Iterator[Program]:
    program: Program
    for program in json.loads((folder / _PART).read_text()):
        yield {**program, "path": str(folder / program["path"])}


def _find(folder: Path, suite: str, versions: dict[str, str]) -> Iterator[Program]:
    for package in sorted(versions):
        for path in sorted((folder / package).rglob("*")):
            if elf.is_elf(path) and elf.is_program(path):
                yield Program(
                    path=str(path.relative_to(folder)),
                    suite=suite,
                    package=package,
                    version=versions[package],
                    go=elf.is_go(path),
                )
