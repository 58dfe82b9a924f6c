"""Where glibc looks for a library (elf/dl-load.c, `_dl_map_object` and `open_path`).

Order: the RPATH chain (only where the loading object has no RUNPATH), LD_LIBRARY_PATH, the
object's own RUNPATH, /etc/ld.so.cache, the default folders compiled into the loader.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from linkcheck.loader.hwcaps import subfolders
from linkcheck.loader.options import LoadOptions
from linkcheck.loader.outcome import Log
from linkcheck.loader.tokens import expand, folder_of, lib_token
from linkcheck.model.library import LibraryView, Missing, NotElf, SharedObject
from linkcheck.model.provides import UNKNOWN

DF_1_NODEFLIB: Final = 0x800


@dataclass(frozen=True, slots=True)
class Loading:
    """The object whose DT_NEEDED is being searched for, and how it came to be loaded."""

    path: str
    rpath: str | None
    runpath: str | None
    flags_1: int
    loader: Loading | None  # l_loader: who needed it first


@dataclass(frozen=True, slots=True)
class Hit:
    """A library was found: `name` is what the loader calls it in messages (l_name)."""

    name: str
    library: SharedObject


@dataclass(frozen=True, slots=True)
class Broken:
    """A file was found that stops the search with an error, `why` in the loader's words."""

    name: str
    why: str


class Search:
    """The search of one start: the environment and the loader's own folders are fixed."""

    def __init__(
        self,
        view: LibraryView,
        interpreter: SharedObject,
        machine_name: str,
        log: Log,
        options: LoadOptions,
    ) -> None:
        release = view.glibc_release(interpreter)
        self.release = None if release is UNKNOWN else release
        self.system_dirs = view.system_dirs(interpreter)
        self._view = view
        self._log = log
        self._machine = (interpreter.machine, interpreter.bits, interpreter.byte_order)
        self._machine_name = machine_name
        self._lib = lib_token(self.system_dirs)
        self._options = options
        self._subfolders = subfolders(interpreter.machine, self.release, options.cpu)

    def expand(self, text: str, origin: str) -> str:
        """Replace the string tokens of a path that an object under `origin` holds."""
        return expand(
            text, origin=folder_of(origin), lib=self._lib, machine_name=self._machine_name
        )

    def at(self, path: str) -> Hit | Broken | Missing | None:
        """The library at a path with a slash; None where that is not known."""
        return self._try(path, path, fatal_class=True)

    def find(self, name: str, by: Loading, main: Loading) -> Hit | Broken | Missing | None:
        """The library called `name`, needed by `by`; None where that is not known."""
        doubt = False
        for folders, why in self._folders(name, by, main):
            for folder in folders:
                for candidate in self._candidates(folder, name):
                    found = self._try(candidate, why)
                    if isinstance(found, Hit | Broken):
                        return None if doubt else found
                    doubt = doubt or found is None
        return None if doubt else Missing()

    def _folders(
        self, name: str, by: Loading, main: Loading
    ) -> Iterator[tuple[tuple[str, ...], str]]:
        if by.runpath is None:
            yield from self._rpath_chain(by, main)
        if self._options.library_path:
            yield self._options.library_path, "LD_LIBRARY_PATH"
        if by.runpath is not None:
            yield self._split(by.runpath, by.path), f"RUNPATH of {by.path}"
        nodeflib = bool(by.flags_1 & DF_1_NODEFLIB)
        for path in self._cached(name, nodeflib):
            yield (path,), "ld.so.cache"
        if not nodeflib:
            yield self.system_dirs, "default folder"

    def _rpath_chain(self, by: Loading, main: Loading) -> Iterator[tuple[tuple[str, ...], str]]:
        seen_main = False
        at: Loading | None = by
        while at is not None:
            seen_main = seen_main or at is main
            if at.rpath is not None and at.runpath is None:
                yield self._split(at.rpath, at.path), f"RPATH of {at.path}"
            at = at.loader
        if not seen_main and main.rpath is not None and main.runpath is None:
            yield self._split(main.rpath, main.path), f"RPATH of {main.path}"

    def _split(self, paths: str, holder: str) -> tuple[str, ...]:
        """The folders of a search path; an empty element is the working folder, "/" here."""
        return tuple(self.expand(p, holder).rstrip("/") or "/" for p in paths.split(":"))

    def _cached(self, name: str, nodeflib: bool) -> Iterator[str]:
        cache = self._view.ld_cache()
        if cache is UNKNOWN or cache is None:
            return
        hits = [e for e in cache if e.soname == name]
        ranked = [e for want in self._subfolders for e in hits if e.hwcap == want]
        for entry in (*ranked, *(e for e in hits if e.hwcap is None)):
            if nodeflib and folder_of(entry.path) in self.system_dirs:
                self._log.note(f"  {entry.path} [ld.so.cache]: passed over (DF_1_NODEFLIB)")
                continue
            yield entry.path

    def _candidates(self, folder: str, name: str) -> Iterator[str]:
        if folder.rpartition("/")[2] == name:  # a hit of the cache is a whole path
            yield folder
            return
        prefix = "" if folder == "/" else folder
        for sub in self._subfolders:
            path = f"{prefix}/glibc-hwcaps/{sub}/{name}"
            if isinstance(self._view.open(path), SharedObject):
                yield path
        yield f"{prefix}/{name}"

    def _try(
        self, path: str, why: str, *, fatal_class: bool = False
    ) -> Hit | Broken | Missing | None:
        opened = self._view.open(path)
        label = f"  {path} [{why}]" if why != path else f"  {path}"
        if opened is UNKNOWN:
            self._log.note(f"{label}: not known")
            return None
        if isinstance(opened, Missing):
            self._log.note(f"{label}: {opened.why}")
            return opened
        if isinstance(opened, NotElf):
            self._log.note(f"{label}: {opened.why}")
            return Broken(path, opened.why)
        if (opened.machine, opened.bits, opened.byte_order) != self._machine:
            self._log.note(f"{label}: of another class or machine, passed over")
            wrong = f"wrong ELF class: ELFCLASS{opened.bits}"
            return Broken(path, wrong) if fatal_class else Missing()
        self._log.note(f"{label}: found" + (f" -> {opened.path}" if opened.path != path else ""))
        return Hit(path, opened)
