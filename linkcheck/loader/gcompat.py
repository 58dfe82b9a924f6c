"""gcompat: a stub in the place of glibc's loader that hands the program to musl's.

After gcompat's loader/loader.c. The stub is no shared object. It executes musl's loader under
glibc's name, `ld-linux-x86-64.so.2 --preload /lib/libgcompat.so.0 -- /app`, so that a program's
own DT_NEEDED of that name is musl itself, and libgcompat's symbols come before those of musl.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from linkcheck.model.library import LibraryView, SharedObject
from linkcheck.model.provides import UNKNOWN, MaybeUnknown

LIBRARY: Final = "/lib/libgcompat.so.0"


class Stub(NamedTuple):
    """What the stub starts: musl's loader, called `name`, with `library` loaded first."""

    name: str
    musl: SharedObject
    library: SharedObject


def stub_of(interpreter: SharedObject, view: LibraryView) -> Stub | MaybeUnknown | None:
    """The stub at the interpreter's place; None where it is none: no libgcompat is beside it."""
    if interpreter.soname is not None or interpreter.needed:
        return None
    library = view.open(LIBRARY)
    if library is UNKNOWN:
        return UNKNOWN
    if not isinstance(library, SharedObject) or library.soname != LIBRARY.rpartition("/")[2]:
        return None
    loaders = view.interpreters()
    if loaders is UNKNOWN:
        return UNKNOWN
    for path in loaders:
        musl = view.open(path) if "/ld-musl-" in path else None
        if isinstance(musl, SharedObject):
            return Stub(interpreter.path.rpartition("/")[2], musl, library)
    return None
