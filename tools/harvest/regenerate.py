"""Which data file is made from what: one function a file or family of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from . import fetch, glibc, inventory, musl, runtimes

# Releases that glibc's own source stands in for, where Debian served no packages of a machine.
_FROM_SOURCE = {"ppc64le": ((2, 31),), "s390x": ((2, 31),), "riscv64": ((2, 31), (2, 36))}
# musl's name of a machine -> Alpine's, the first that a release has.
_ALPINE = {
    "x86_64": ("x86_64",),
    "aarch64": ("aarch64",),
    "armhf": ("armv7", "armhf"),
    "i386": ("x86",),
    "powerpc64le": ("ppc64le",),
    "s390x": ("s390x",),
    "riscv64": ("riscv64",),
}
_DISTRIBUTIONS = (
    *(f"debian-{n}" for n in (10, 11, 12, 13)),
    *(f"ubuntu-{n}.04" for n in (18, 20, 22, 24, 26)),
    *(f"rhubi-{n}" for n in (8, 9, 10)),
    "amazonlinux-2",
    "amazonlinux-2023",
    *(f"fedora-{n}" for n in (40, 41, 42, 43, 44)),
)
_FULLY_HARVESTED = "x86_64"  # the machine of the roots that newer Alpine releases are read from


def glibc_tables(data: Path, packages: Path, source: Path) -> None:
    """glibc/*.txt from a folder that `fetch` made and a git directory of glibc's source."""
    for machine in fetch.ARCHITECTURES.values():
        harvests: dict[glibc.Release, glibc.Harvest] = {}
        for suite in fetch.SUITES:
            folder = packages / suite / machine
            if folder.is_dir():
                release, harvest = glibc.from_folder(folder)
                harvests[release] = harvest
        for release in reversed(_FROM_SOURCE.get(machine, ())):
            if release not in harvests:
                newer = harvests[min(r for r in harvests if r > release)]
                listed = glibc.from_abilist(source, release, machine)
                harvests[release] = glibc.with_gaps_filled(listed, release, newer)
        _write(data / f"glibc/{machine}.txt", glibc.table(harvests))


def alpine_tables(data: Path, archives: Path, newer: Mapping[str, Path]) -> None:
    """musl/*.txt and libraries/alpine*.txt.

    `archives` holds unpacked minirootfs archives as RELEASE/ARCHITECTURE; `newer` are x86_64 roots
    of releases that it lacks. What musl gained in those is taken to be the same on every machine.
    """
    for machine, names in _ALPINE.items():
        harvests = {
            _release(release.name): {"libc": musl.names_of(root)}
            for release in archives.iterdir()
            for root in [next((release / n for n in names if (release / n).is_dir()), None)]
            if root is not None
        }
        for text, root in newer.items():
            before = archives / _text(max(harvests)) / _FULLY_HARVESTED
            gained = musl.names_of(root) - musl.names_of(before)
            known = harvests[max(harvests)]["libc"]
            all_names = musl.names_of(root) if machine == _FULLY_HARVESTED else known | gained
            harvests[_release(text)] = {"libc": all_names}
        _write(data / f"musl/{machine}.txt", musl.table(harvests))
    roots = {r.name: r / _FULLY_HARVESTED for r in archives.iterdir()} | dict(newer)
    ordered = sorted(roots.items(), key=lambda item: _release(item[0]))
    named = [(f"alpine:{text}", root) for text, root in ordered]
    _write(data / "libraries/alpine.txt", inventory.lines(named, exports_apart=True))
    exports = {_release(text): musl.exports(root) for text, root in ordered}
    _write(data / "libraries/alpine-exports.txt", musl.table(exports))


def debian_inventory(data: Path, roots: Mapping[str, Path]) -> None:
    """libraries/debian.txt from linux/amd64 roots by the name of their base."""
    _write(data / "libraries/debian.txt", inventory.lines(roots.items()))


def runtime_table(data: Path, repository: Path, packages: Path) -> None:
    """libraries/runtimes.txt from a git directory of mayeut/pep600_compliance and `fetch`."""
    sid = {machine: packages / "sid" / machine for machine in fetch.ARCHITECTURES.values()}
    lines = runtimes.lines(repository, _DISTRIBUTIONS, {"debian-sid": sid})
    _write(data / "libraries/runtimes.txt", lines)


def _write(path: Path, lines: Iterable[str] | Iterator[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _text(release: tuple[int, ...]) -> str:
    return ".".join(map(str, release))
