"""Inventories: which libraries lie where a loader looks, in a root that was harvested whole.

Each line of an inventory is

    BASES <tab> PATH <tab> SONAME <tab> LINKS <tab> NEEDED <tab> NODES <tab> NAMES

with lists joined by commas (BASES, LINKS, NEEDED) or spaces (NODES, NAMES), and `-` for "none".
LINKS in another folder than PATH are written with theirs.
NODES are the version nodes; `-` means that the library has no version definitions. NAMES are the
names that it defines without a version; `@` says that all its names stand in a table of exports,
`?` that they stand nowhere. A PATH that ends in `/` is a folder with shared objects that were not
harvested. The C library, libgcc and libstdc++ have tables of their own and are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import elf, glibc

MULTIARCH = "x86_64-linux-gnu"
LOADER_DIRS = ("lib", "lib64", f"lib/{MULTIARCH}", "usr/lib", "usr/lib64", f"usr/lib/{MULTIARCH}")
_LIBRESSL = re.compile(r"lib(crypto|ssl)\.so\.4\d|libtls")
RUNTIMES = ("libgcc_s.so.1", "libstdc++.so.6")


@dataclass(frozen=True, slots=True)
class Row:
    """One library file; the lists are sorted, names are those without a version."""

    path: str
    soname: str | None
    links: tuple[str, ...]
    needed: tuple[str, ...]
    nodes: tuple[str, ...] | None
    names: tuple[str, ...]


def is_own(canonical: str, links: Iterable[str]) -> bool:
    """Whether a library has a table of its own: the C library, libgcc, libstdc++."""
    return any(_is_own(path.rpartition("/")[2]) for path in (canonical, *links))


def _is_own(name: str) -> bool:
    return (
        glibc.is_library(name)
        or name.startswith(("ld-musl-", "libc.musl-"))
        or name in RUNTIMES
        or re.fullmatch(r"libstdc\+\+\.so\.6\..*", name) is not None
    )


def is_libressl(path: str) -> bool:
    """LibreSSL's libraries (Alpine 3.6 to 3.15): their names would be a third of the table."""
    return _LIBRESSL.match(path.rpartition("/")[2]) is not None


def files(root: Path) -> dict[str, tuple[Path, list[str]]]:
    """Canonical path -> (file, all the paths that lead to it) in the loader's dirs."""
    found: dict[str, tuple[Path, list[str]]] = {}
    for folder in LOADER_DIRS:
        if (root / folder).resolve() != root.resolve() / folder or not (root / folder).is_dir():
            continue
        for path in sorted((root / folder).iterdir()):
            if ".so" not in path.name:
                continue
            real = glibc.inside(root, path)
            if real is not None:
                canonical = "/" + str(real.relative_to(root.resolve()))
                found.setdefault(canonical, (real, []))[1].append(f"/{folder}/{path.name}")
    return found


def harvest(root: Path) -> Iterator[Row]:
    """The libraries of a root that have no table of their own."""
    for canonical, (real, names) in sorted(files(root).items()):
        if is_own(canonical, names) or (library := elf.read(real)) is None:
            continue
        folder = canonical.rpartition("/")[0]
        yield Row(
            path=canonical,
            soname=library.soname,
            links=tuple(sorted(n.removeprefix(f"{folder}/") for n in names if n != canonical)),
            needed=library.needed,
            nodes=library.nodes,
            names=tuple(sorted({d.name for d in library.definitions if d.node is None})),
        )


def opaque(root: Path) -> tuple[str, ...]:
    """Folders below the loader's own that hold shared objects too, such as plugins."""
    tops = {root.resolve() / folder for folder in LOADER_DIRS}
    found: set[str] = set()
    for folder in ("lib", "usr/lib"):
        top = root / folder
        if not top.is_symlink() and top.is_dir():
            for path in top.rglob("*.so*"):
                if path.parent.resolve() not in tops and "gdb" not in path.parts:
                    found.add("/" + str(path.parent.relative_to(root)) + "/")
    return tuple(sorted(found))


def lines(roots: Iterable[tuple[str, Path]], exports_apart: bool = False) -> Iterator[str]:
    """The lines of one inventory for named roots; equal rows are written once."""
    rows: dict[str, list[str]] = defaultdict(list)
    for base, root in roots:
        for row in harvest(root):
            names = " ".join(row.names)
            if exports_apart:
                names = "?" if is_libressl(row.path) else "@"
            fields = (
                row.path,
                row.soname or "",
                ",".join(row.links),
                ",".join(row.needed),
                " ".join(row.nodes) if row.nodes is not None else "",
                names,
            )
            text = "\t".join(field or "-" for field in fields)
            rows[text.replace(MULTIARCH, "{multiarch}")].append(base)
        for folder in opaque(root):
            rows[folder.replace(MULTIARCH, "{multiarch}")].append(base)
    for text, bases in sorted(rows.items()):
        yield "\t".join((",".join(bases), text))
