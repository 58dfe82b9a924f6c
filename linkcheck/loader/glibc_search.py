"""Where glibc looks for a library (elf/dl-load.c, `_dl_map_object` and `open_path`).

Order: the RPATH chain (only where the loading object has no RUNPATH), LD_LIBRARY_PATH, the
object's own RUNPATH, /etc/ld.so.cache, the default folders compiled into the loader.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from linkcheck.binary.elf.machines import EM_386, EM_AARCH64, EM_X86_64
from linkcheck.loader.hwcaps import subfolders
from linkcheck.loader.options import LoadOptions
from linkcheck.loader.outcome import Log
from linkcheck.loader.tokens import expand, folder_of, lib_token, platform_token
from linkcheck.model.library import CacheEntry, LibraryView, Missing, NotElf, SharedObject
from linkcheck.model.provides import UNKNOWN

DF_1_NODEFLIB: Final = 0x800
# open_path(): after these errors the search goes on in the next folder, any other ends the path
_GO_ON: Final = frozenset({"No such file or directory", "Permission denied", "Not a directory"})
# dl-minimal.c knows few errors by name (`__strerror_r`); the others it prints as numbers
_BY_NUMBER: Final = {
    "Not a directory": "Error 20",
    "Is a directory": "Error 21",
    "File name too long": "Error 36",
    "Too many levels of symbolic links": "Error 40",
}


def loader_words(why: str) -> str:
    """An errno text as the loader prints it."""
    return _BY_NUMBER.get(why, why)


_CACHE: Final = "ld.so.cache"
# _DL_CACHE_DEFAULT_ID of sysdeps/*/ldconfig.h and dl-cache.h: (machine, bits) -> flags
_CACHE_FLAGS: Final = {
    (EM_X86_64, 64): 0x0303,
    (EM_X86_64, 32): 0x0803,
    (EM_AARCH64, 64): 0x0A03,
    (EM_386, 32): 0x0003,
}


class Loading(NamedTuple):
    """The object whose DT_NEEDED is being searched for, and how it came to be loaded."""

    path: str
    rpath: str | None
    runpath: str | None
    flags_1: int
    loader: Loading | None  # l_loader: who needed it first


class Hit(NamedTuple):
    """A library was found: `name` is what the loader calls it in messages (l_name)."""

    name: str
    library: SharedObject


class Broken(NamedTuple):
    """A file was found that can't be loaded, `why` in the loader's words.

    `passed_over`: the search goes on, and it is told only where nothing better comes.
    """

    name: str
    why: str
    passed_over: bool = False


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
            text,
            origin=folder_of(origin),
            lib=self._lib,
            platform=platform_token(self._machine_name, self._options.cpu),
        )

    def at(self, path: str) -> Hit | Broken | Missing | None:
        """The library at a path with a slash; None where that is not known."""
        return self._try(path, path)

    def find(self, name: str, by: Loading, main: Loading) -> Hit | Broken | Missing | None:
        """The library called `name`, needed by `by`; None where that is not known."""
        # errno is what the last open left, which was of the cache where no folder is searched
        last = Missing("" if self._view.ld_cache() else "No such file or directory")
        doubt, other_class = False, None
        for paths, why in self._paths(name, by, main):
            for path in paths:
                found = self._try(path, why)
                if isinstance(found, Broken) and found.passed_over:
                    other_class, found = found, Missing()
                if isinstance(found, Hit | Broken):
                    return None if doubt else found
                doubt = doubt or found is None
                if isinstance(found, Missing):
                    last = found
                    if found.why not in _GO_ON:
                        break
        if doubt:
            return None
        return Broken(name, other_class.why) if other_class else last

    def _paths(self, name: str, by: Loading, main: Loading) -> Iterator[tuple[Iterator[str], str]]:
        """Each search path as the files that are tried in it; the cache is one more of them."""
        for folders, why in self._folders(by, main):
            if why == _CACHE:
                yield iter(self._cached(name, bool(by.flags_1 & DF_1_NODEFLIB))), why
            else:
                yield (p for folder in folders for p in self._candidates(folder, name)), why

    def _folders(self, by: Loading, main: Loading) -> Iterator[tuple[tuple[str, ...], str]]:
        if by.runpath is None:
            yield from self._rpath_chain(by, main)
        if self._options.library_path:  # cut at `;` too (elf/dl-load.c, `_dl_init_paths`)
            text = ":".join(self._options.library_path).replace(";", ":")
            yield self._split(text, main.path), "LD_LIBRARY_PATH"
        if by.runpath is not None:
            yield self._split(by.runpath, by.path), f"RUNPATH of {by.path}"
        yield (), _CACHE
        if not by.flags_1 & DF_1_NODEFLIB:
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

    def _cached(self, name: str, nodeflib: bool) -> tuple[str, ...]:
        """The one entry that `_dl_load_cache_lookup` picks, if any."""
        cache = self._view.ld_cache()
        if cache is UNKNOWN or cache is None:
            return ()
        hits = [e for e in cache if e.soname == name and self._fits(e)]
        ranked = [e for want in self._subfolders for e in hits if e.hwcap == want]
        best = next(iter((*ranked, *(e for e in hits if e.hwcap is None))), None)
        if best is None:
            return ()
        if nodeflib and any(best.path.startswith(f"{d}/") for d in self.system_dirs):
            self._log.note(f"  {best.path} [{_CACHE}]: passed over (DF_1_NODEFLIB)")
            return ()
        return (best.path,)

    def _fits(self, entry: CacheEntry) -> bool:
        """Whether the entry is of this loader's ABI, where its flags are known here."""
        machine, bits, _ = self._machine
        wanted = _CACHE_FLAGS.get((machine, bits))
        return wanted is None or entry.flags in (1, wanted)

    def _candidates(self, folder: str, name: str) -> Iterator[str]:
        prefix = "" if folder == "/" else folder
        for sub in self._subfolders:
            path = f"{prefix}/glibc-hwcaps/{sub}/{name}"
            if isinstance(self._view.open(path), SharedObject):
                yield path
        yield f"{prefix}/{name}"

    def _try(self, path: str, why: str) -> Hit | Broken | Missing | None:
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
            directory = opened.why == "Is a directory"  # it can be opened, and then not read
            why = loader_words(opened.why)
            return Broken(path, f"cannot read file data: {why}" if directory else why)
        machine, bits, order = self._machine
        if opened.bits != bits:
            self._log.note(f"{label}: of another class, passed over")
            return Broken(path, f"wrong ELF class: ELFCLASS{opened.bits}", passed_over=True)
        if (opened.machine, opened.byte_order) != (machine, order):
            self._log.note(f"{label}: of another machine, passed over")
            return Missing()
        self._log.note(f"{label}: found" + (f" -> {opened.path}" if opened.path != path else ""))
        return Hit(path, opened)
