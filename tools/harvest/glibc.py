"""glibc's symbol tables: one file an architecture, made from several harvested releases.

Each line of a table is

    LIBRARY NODE FROM BEFORE d|h NAMES...

"the library defines these names at that version node, as default (d) or hidden (h) versions, in
the releases since FROM and before BEFORE" (`-` is open; a numbered node sets a lower bound of its
own, because glibc's versions carry the release that introduced them). Names at GLIBC_PRIVATE
differ from build to build, so only the node is kept.
"""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from . import elf

PRIVATE = "GLIBC_PRIVATE"
MERGE = (2, 34)  # libpthread, libdl, librt, libutil, libanl became part of libc (glibc NEWS 2.34)
# Nodes that mark an ABI and carry no number: the first release by glibc's NEWS and by what the
# distributions of mayeut/pep600_compliance have.
ABI_NODES = {
    "GLIBC_ABI_DT_RELR": "2.36",
    "GLIBC_ABI_DT_X86_64_PLT": "2.42",
    "GLIBC_ABI_GNU_TLS": "2.42",
    "GLIBC_ABI_GNU2_TLS": "2.42",
}

Release = tuple[int, int]
Key = tuple[str, str, str]  # library, node, name; the name is "" for the node itself
Harvest = dict[Key, bool]  # -> hidden

_LIBRARIES = re.compile(
    r"(ld-linux.*|ld64|ld|libc|libm|libmvec|libpthread|libdl|librt|libutil|libanl|libresolv"
    r"|libBrokenLocale|libthread_db|libc_malloc_debug|libnss_(?:compat|dns|files|hesiod))\.so\.\d+|libnsl\.so\.1"
)
# abilist folders of glibc's source for the machines that old Debian releases do not serve.
_ABILIST = {
    "ppc64le": ("powerpc/powerpc64/le", "powerpc/powerpc64"),
    "s390x": ("s390/s390-64",),
    "riscv64": ("riscv/rv64",),
}
_LOADERS = {"ppc64le": "ld64.so.2", "s390x": "ld64.so.1", "riscv64": "ld-linux-riscv64-lp64d.so.1"}
_PRIVATE_ONCE = ("libpthread", "libdl")  # had GLIBC_PRIVATE before they were merged
_SONAMES = {
    "libc": "libc.so.6",
    "libm": "libm.so.6",
    "libpthread": "libpthread.so.0",
    "libdl": "libdl.so.2",
    "librt": "librt.so.1",
    "libutil": "libutil.so.1",
    "libanl": "libanl.so.1",
    "libresolv": "libresolv.so.2",
    "libBrokenLocale": "libBrokenLocale.so.1",
    "libthread_db": "libthread_db.so.1",
}


def from_folder(folder: Path) -> tuple[Release, Harvest]:
    """Harvest the glibc inside an unpacked libc6 or a root; returns its release as well."""
    found: Harvest = {}
    release: Release | None = None
    for path in sorted(folder.rglob("*.so.*")):
        if not _LIBRARIES.fullmatch(path.name) or "gconv" in path.parts:
            continue
        real = inside(folder, path)
        if real is None or (library := elf.read(real)) is None:
            continue
        if path.name == "libc.so.6":
            release = _release(real)
        for node in library.nodes or ():
            found[path.name, node, ""] = False
        for definition in library.definitions:
            node = definition.node or "-"
            if node != PRIVATE:
                found[path.name, node, definition.name] = definition.hidden
    if release is None:
        raise FileNotFoundError(f"{folder}: no libc.so.6 in it")
    return release, found


def from_abilist(repository: Path, release: Release, machine: str) -> Harvest:
    """Harvest one release out of glibc's source (a git directory), by its lists of exported names.

    Those lists do not tell which version is the default: the newest of a name is taken for it.
    """
    found: Harvest = {}
    tag = f"glibc-{release[0]}.{release[1]}"
    for short, soname in {**_SONAMES, "ld": _LOADERS[machine]}.items():
        text = ""
        for folder in _ABILIST[machine]:
            path = f"{tag}:sysdeps/unix/sysv/linux/{folder}/{short}.abilist"
            done = subprocess.run(
                ["git", "-C", str(repository), "show", path], capture_output=True, check=False
            )
            if done.returncode == 0:
                text = done.stdout.decode()
                break
        newest: dict[str, str] = {}
        for line in text.splitlines():
            node, name, *_ = line.split()
            found[soname, node, ""] = False
            found[soname, node, name] = True
            if name not in newest or number(node) > number(newest[name]):
                newest[name] = node
        for name, node in newest.items():
            found[soname, node, name] = False
        if text and release < MERGE and short in _PRIVATE_ONCE:
            found[soname, PRIVATE, ""] = False
    return found


def with_gaps_filled(harvest: Harvest, release: Release, newer: Harvest) -> Harvest:
    """Add what the lists of exported names leave out, by a newer release that was harvested whole.

    That is: libraries without a list, and version nodes with no name of their own.
    """
    listed = {library for library, _, _ in harvest}
    missing = {
        key: hidden
        for key, hidden in newer.items()
        if number(key[1]) <= release
        and key[1] not in ABI_NODES
        and (key[0] not in listed or not key[2])
    }
    return {**missing, **harvest}


def is_library(name: str) -> bool:
    """Whether a file name is one of glibc's libraries that the tables hold."""
    return _LIBRARIES.fullmatch(name) is not None


def number(node: str) -> Release:
    """The release of a node: GLIBC_2.2.5 -> (2, 2); others sort first."""
    match = re.fullmatch(r"GLIBC_(\d+)\.(\d+)(?:\.\d+)?", node)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def table(harvests: dict[Release, Harvest]) -> Iterator[str]:
    """Join the harvests of one machine, oldest first, into the lines of its table."""
    releases = sorted(harvests)
    rows: dict[tuple[str, str, str, str, str], list[str]] = defaultdict(list)
    keys = sorted({key for harvest in harvests.values() for key in harvest})
    introduced: dict[tuple[str, str], list[Release]] = defaultdict(list)
    for library, node, name in keys:
        introduced[library, name].append(number(node))
    for key in keys:
        library, node, name = key
        for seen, hidden in _runs(key, releases, harvests, introduced[library, name]):
            row = (library, node, *_bounds(seen, releases, node), "h" if hidden else "d")
            rows[row].append(name)
    for row, names in sorted(rows.items(), key=lambda item: (item[0][0], number(item[0][1]), item)):
        yield " ".join((*row, *sorted(n for n in names if n)))


def _runs(
    key: Key, releases: list[Release], harvests: dict[Release, Harvest], introduced: list[Release]
) -> Iterator[tuple[list[Release], bool]]:
    """The stretches of releases in which a key is there with the same hidden flag.

    Becoming hidden because a newer version of the name came needs no stretch of its own: the
    reader of the table sees from the newer line when that was.
    """
    run: list[Release] = []
    flag = False
    for release in releases:
        hidden = harvests[release].get(key)
        if run and hidden and not flag and any(run[-1] < r <= release for r in introduced):
            flag = True
        if run and hidden != flag:
            yield run, flag
            run = []
        if hidden is not None:
            run.append(release)
            flag = hidden
    if run:
        yield run, flag


def _bounds(seen: list[Release], releases: list[Release], name: str) -> tuple[str, str]:
    node = number(name)
    before = [r for r in releases if r < seen[0]]
    after = [r for r in releases if r > seen[-1]]
    start = _boundary(before[-1], seen[0]) if before and before[-1] >= node else "-"
    start = ABI_NODES.get(name, start)
    return start, _boundary(seen[-1], after[0]) if after else "-"


def _boundary(old: Release, new: Release) -> str:
    """Where between two harvested releases a change belongs."""
    return _text(MERGE if old < MERGE <= new else new)


def _text(release: Release) -> str:
    return f"{release[0]}.{release[1]}"


def _release(libc: Path) -> Release:
    match = re.search(rb"stable release version (\d+)\.(\d+)", libc.read_bytes())
    if match is None:
        raise ValueError(f"{libc}: no release in its banner")
    return int(match[1]), int(match[2])


def inside(root: Path, path: Path) -> Path | None:
    """The regular file behind a path of a root, with absolute links taken inside the root."""
    root = root.resolve()
    parts = list(path.relative_to(root).parts) if path.is_relative_to(root) else list(path.parts)
    current, hops = root, 0
    while parts:
        part = parts.pop(0)
        if part == "..":
            current = current.parent if current != root else root
            continue
        step = current / part
        if step.is_symlink():
            hops += 1
            target = step.readlink()
            if hops > 40:
                return None
            if target.is_absolute():
                current = root
            parts = [p for p in target.parts if p != "/"] + parts
        else:
            current = step
    return current if current.is_file() else None
