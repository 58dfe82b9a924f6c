"""What libgcompat exports, by release of gcompat, and the two libraries that it needs on Alpine.

Each release is a folder with libgcompat.so.0, libucontext.so.1 and libobstack.so.1 in it. Alpine's
packages are those; where no mirror is at hand, the sources built with musl-gcc have the same names:
`make CC=musl-gcc WITH_LIBUCONTEXT=1 WITH_OBSTACK=musl-obstack LINKER_PATH=/lib/ld-musl-x86_64.so.1
LOADER_NAME=ld-linux-x86-64.so.2`, as Alpine's APKBUILD calls it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from . import elf

_OWN = frozenset({"_init", "_fini"})


def table(releases: dict[str, Path]) -> Iterator[str]:
    """`RELEASE LIBRARY NAMES...`; `*` for a library that does not change with the release."""
    yield "# made by `python -m tools.harvest gcompat`"
    newest = max(releases, key=lambda release: tuple(map(int, release.split("."))))
    for release, folder in sorted(releases.items()):
        yield _line(release, folder / "libgcompat.so.0")
    for name in ("libobstack.so.1", "libucontext.so.1"):
        yield _line("*", releases[newest] / name)


def _line(release: str, path: Path) -> str:
    library = elf.read(path)
    if library is None:
        raise ValueError(f"{path} is no shared object")
    names = {definition.name for definition in library.definitions} - _OWN
    return " ".join((release, path.name, *sorted(names)))
