"""What Alpine's musl and libraries export, by Alpine release.

Each line of a table is `LIBRARY FROM BEFORE NAMES...`: exported since Alpine FROM and before
Alpine BEFORE (`-` is open). Alpine's release and not musl's is the key, because Alpine carries
patches that add names. The first line, `# harvested ...`, lists the releases that were read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from . import elf, inventory

Release = tuple[int, ...]


def loader(root: Path) -> Path:
    """The one musl loader of a root (which is its libc too)."""
    found = sorted((root / "lib").glob("ld-musl-*.so.1"))
    if len(found) != 1:
        raise FileNotFoundError(f"{root}: {len(found)} musl loaders in /lib")
    return found[0]


def exports(root: Path) -> dict[str, frozenset[str]]:
    """Soname -> every name that it exports, for the libraries beside musl but for LibreSSL's."""
    return {
        library.soname or Path(canonical).name: frozenset(d.name for d in library.definitions)
        for canonical, (real, names) in inventory.files(root).items()
        if not inventory.is_own(canonical, names)
        and not inventory.is_libressl(canonical)
        and (library := elf.read(real)) is not None
    }


def names_of(root: Path) -> frozenset[str]:
    """Every name that the root's musl exports."""
    library = elf.read(loader(root))
    if library is None:
        raise ValueError(f"{root}: its musl loader is not ELF")
    return frozenset(definition.name for definition in library.definitions)


def table(harvests: dict[Release, dict[str, frozenset[str]]]) -> Iterator[str]:
    """Join harvests (library -> names) into the lines of a table."""
    releases = sorted(harvests)
    yield "# harvested " + " ".join(map(_text, releases))
    for library in sorted({name for harvest in harvests.values() for name in harvest}):
        rows: dict[tuple[str, str], list[str]] = defaultdict(list)
        sets = [harvests[release].get(library, frozenset()) for release in releases]
        for name in sorted(frozenset().union(*sets)):
            for start, before in _stretches([name in names for names in sets], releases):
                rows[start, before].append(name)
        for (start, before), names in sorted(rows.items()):
            yield " ".join((library, start, before, *names))


def _stretches(there: list[bool], releases: list[Release]) -> Iterator[tuple[str, str]]:
    start: str | None = None
    for index, present in enumerate(there):
        if present and start is None:
            start = _text(releases[index]) if index else "-"
        if not present and start is not None:
            yield start, _text(releases[index])
            start = None
    if start is not None:
        yield start, "-"


def _text(release: Release) -> str:
    return ".".join(map(str, release))
