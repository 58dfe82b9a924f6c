"""A base as a dynamic loader sees it: shared objects under paths, and a cache of sonames.

Two things implement `LibraryView`: a real root file system, and a base of the catalog. The
loader models know only this protocol, so both get the same answers in the same words.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

from linkcheck.model.facts import SymbolNeed, VersionNeed
from linkcheck.model.provides import MaybeUnknown


class Exports(Protocol):
    """The dynamic symbols that a shared object defines."""

    def defines(self, name: str, version: str | None) -> bool | MaybeUnknown:
        """Whether a lookup of `name` at `version` ends here, by `check_match` of dl-lookup.c.

        A versioned lookup matches that version or an unversioned, unhidden definition; an
        unversioned one (`version` None) matches any default or oldest definition.
        """
        ...

    def names(self, name: str) -> bool | MaybeUnknown:
        """Whether `name` has a definition that is not hidden; musl's lookup asks no more."""
        ...


class SharedObject(NamedTuple):
    """One shared object of a base, at the path under which the loader would map it."""

    path: str  # canonical path inside the base, all symlinks resolved
    bits: Literal[32, 64]
    byte_order: Literal["little", "big"]
    machine: int  # e_machine
    exports: Exports
    soname: str | None = None
    needed: tuple[str, ...] = ()
    rpath: str | None = None
    runpath: str | None = None
    dt_flags_1: int = 0
    bind_now: bool = False
    version_needs: tuple[VersionNeed, ...] = ()
    version_nodes: frozenset[str] | None = (
        None  # Verdef names without the base entry; None: no Verdef
    )
    undefined: tuple[SymbolNeed, ...] = ()
    has_relr: bool = False
    isa_needed: int | None = None
    has_versions: bool = True  # DT_VERSYM: its symbols carry versions, if only "global"
    executable: bool = True  # by its mode: the kernel wants that of an interpreter alone
    untold: str = ""  # why it is not known whether it can be loaded, in a sentence


class CacheEntry(NamedTuple):
    """One line of `ldconfig -p`: `flags` as in dl-cache.h, `hwcap` subfolder or None."""

    soname: str
    path: str
    flags: int
    hwcap: str | None = None


class Missing(NamedTuple):
    """Nothing can be opened under that path; `why` is the errno text."""

    why: str = "No such file or directory"


class NotElf(NamedTuple):
    """Something is there, but the loader would call it broken: `why` in the loader's words."""

    why: str = "invalid ELF header"


Opened = SharedObject | Missing | NotElf | MaybeUnknown


class LibraryView(Protocol):
    """What the loader models ask of a base. Paths are absolute paths inside it."""

    @property
    def title(self) -> str:
        """The base's name, for traces."""
        ...

    @property
    def platform(self) -> str | MaybeUnknown | None:
        """ "linux/amd64"; None when nothing in the base is of any platform (scratch)."""
        ...

    def open(self, path: str) -> Opened:
        """The shared object (or program interpreter) at `path`, through the base's own symlinks."""
        ...

    def ld_cache(self) -> tuple[CacheEntry, ...] | MaybeUnknown | None:
        """The entries of /etc/ld.so.cache in file order; None where there is no such file."""
        ...

    def system_dirs(self, interpreter: SharedObject) -> tuple[str, ...]:
        """The default directories compiled into that glibc loader (`system_dirs` in dl-load.c)."""
        ...

    def read_text(self, path: str) -> str | MaybeUnknown | None:
        """A small text file (/etc/ld-musl-x86_64.path, /etc/ld.so.preload), or None."""
        ...

    def glibc_release(self, interpreter: SharedObject) -> tuple[int, int] | MaybeUnknown:
        """The release of the glibc that `interpreter` belongs to."""
        ...

    def interpreters(self) -> tuple[str, ...] | MaybeUnknown:
        """Paths of the program interpreters that the base has, for explanations."""
        ...
