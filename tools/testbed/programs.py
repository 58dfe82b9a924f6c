"""Real programs for the trials: the executables of many packages, and an index of them.

Packages are unpacked, not installed, to programs/SUITE/PACKAGE/, and only their ELF files and
links are kept. programs/index.json lists the programs among them:

    [{"path", "suite", "package", "version", "go"}]

with absolute paths, sorted, so that a slice of it is the same on every run.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

from . import alpine, apkdb, apt, cache, elf
from .host import say
from .packages import SUITES

RECIPE = 1


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
    programs = [program for folder in folders for program in _index(folder)]
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
            for name, package in source.download(versions, downloads).items():
                apt.unpack(package, folder / name)
                package.unlink()  # the largest suite would need twice its room otherwise
                _keep_elf(folder / name)
        _note_versions(folder, versions)

    return cache.ensure(f"programs/{suite}", f"{RECIPE} {' '.join(SUITES[suite])}", build)


def _from_alpine() -> Path:
    system = alpine.full()

    def build(folder: Path) -> None:
        versions = {}
        for package in apkdb.read(system):
            for name in filter(lambda name: elf.is_elf(system / name), package.files):
                target = folder / package.name / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(system / name, target)
                versions[package.name] = package.version
        _note_versions(folder, versions)

    recipe = f"{RECIPE} {cache.read_stamp(f'alpine/{alpine.RELEASE}')}"
    return cache.ensure(f"programs/alpine-{alpine.RELEASE}", recipe, build)


def _keep_elf(folder: Path) -> None:
    """Delete what can be no part of a running program: documentation, translations, scripts."""
    for current, _, files in os.walk(folder, topdown=False):
        for path in (Path(current, name) for name in files):
            if not path.is_symlink() and not elf.is_elf(path):
                path.unlink()
        if not any(Path(current).iterdir()):
            Path(current).rmdir()


def _note_versions(folder: Path, versions: dict[str, str]) -> None:
    (folder / "versions.json").write_text(json.dumps(versions, indent=1, sort_keys=True))


def _index(folder: Path) -> Iterator[Program]:
    versions = json.loads((folder / "versions.json").read_text())
    for package in sorted(versions):
        for path in sorted((folder / package).rglob("*")):
            if elf.is_elf(path) and elf.is_program(path):
                yield Program(
                    path=str(path),
                    suite=folder.name,
                    package=package,
                    version=versions[package],
                    go=elf.is_go(path),
                )
