"""A real root file system as a `LibraryView`: what the loader models see of it."""

from __future__ import annotations

import re
from typing import Final

from linkcheck.binary.elf.machines import architecture
from linkcheck.binary.elf.shared import read_shared_object
from linkcheck.binary.libc import glibc_release
from linkcheck.errors import LinkcheckError, NotAProgramError
from linkcheck.images.ldcache import read_ld_cache
from linkcheck.images.root import NoEntry, Root
from linkcheck.model.library import CacheEntry, Missing, NotElf, Opened, SharedObject
from linkcheck.model.provides import UNKNOWN, MaybeUnknown

_LOADER_DIRS: Final = ("/lib64", "/lib", "/lib32", "/libx32", "/usr/lib64", "/usr/lib")
_LOADER_NAME: Final = re.compile(
    r"ld(64|-linux.*|-musl-.*|64-uClibc|-uClibc)?\.so(\.\d+)?\Z|ld-musl-"
)
_PROGRAMS: Final = ("/bin/sh", "/bin/busybox", "/usr/bin/env", "/sbin/init", "/usr/bin/ls")
_SYSTEM_DIRS: Final = re.compile(rb"\0((?:/[\w./+-]{1,120}/\0){2,8})")
_RELEASE_TEXT: Final = re.compile(rb"(?:stable|development) release version (\d+)\.(\d+)")
_MAX_CACHE: Final = 16 << 20


class RootView:
    """Shared objects of a root, each parsed once."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._objects: dict[str, Opened] = {}
        self._cache: tuple[CacheEntry, ...] | MaybeUnknown | str | None = "not read"

    @property
    def title(self) -> str:
        """See `LibraryView.title`."""
        return self._root.title

    @property
    def platform(self) -> str | None:
        """See `LibraryView.platform`: by the root's own loaders and first programs."""
        for path in (*self.interpreters(), *_PROGRAMS):
            opened = self.open(path)
            if isinstance(opened, SharedObject):
                arch = architecture(opened.machine, opened.bits, opened.byte_order)
                return f"linux/{arch}"
        return None

    def open(self, path: str) -> Opened:
        """See `LibraryView.open`."""
        entry = self._root.entry(path)
        if isinstance(entry, NoEntry):
            return UNKNOWN if entry.hidden else Missing(entry.why)
        if entry.kind != "file":
            return NotElf("Is a directory" if entry.kind == "directory" else "invalid ELF header")
        if entry.path not in self._objects:
            self._objects[entry.path] = self._read(entry.path)
        return self._objects[entry.path]

    def ld_cache(self) -> tuple[CacheEntry, ...] | MaybeUnknown | None:
        """See `LibraryView.ld_cache`."""
        if isinstance(self._cache, str):
            raw = self._root.read("/etc/ld.so.cache", _MAX_CACHE)
            if isinstance(raw, NoEntry):
                self._cache = UNKNOWN if raw.hidden else None
            else:
                self._cache = read_ld_cache(raw)
        return self._cache

    def system_dirs(self, interpreter: SharedObject) -> tuple[str, ...]:
        """See `LibraryView.system_dirs`: the strings lie side by side in the loader itself."""
        raw = self._root.read(interpreter.path, 4 << 20)
        best: tuple[str, ...] = ()
        for match in _SYSTEM_DIRS.finditer(raw if isinstance(raw, bytes) else b""):
            dirs = tuple(d.decode().rstrip("/") for d in match[1].split(b"\0") if d)
            if any(d.startswith(("/lib", "/usr/lib")) for d in dirs) and len(dirs) > len(best):
                best = dirs
        return best or (
            ("/lib64", "/usr/lib64") if interpreter.bits == 64 else ("/lib", "/usr/lib")
        )

    def read_text(self, path: str) -> str | MaybeUnknown | None:
        """See `LibraryView.read_text`."""
        raw = self._root.read(path)
        if isinstance(raw, NoEntry):
            return UNKNOWN if raw.hidden else None
        return raw.decode("utf-8", "backslashreplace")

    def glibc_release(self, interpreter: SharedObject) -> tuple[int, int] | MaybeUnknown:
        """See `LibraryView.glibc_release`: its banner, else libc's newest node."""
        libcs = [f"{folder}/libc.so.6" for folder in self.system_dirs(interpreter)]
        for path in (interpreter.path, *libcs):  # the loader has a banner since 2.33
            raw = self._root.read(path, 4 << 20)
            match = _RELEASE_TEXT.search(raw) if isinstance(raw, bytes) else None
            if match:
                return int(match[1]), int(match[2])
        for path in libcs:
            libc = self.open(path)
            if isinstance(libc, SharedObject) and libc.machine == interpreter.machine:
                nodes = (glibc_release(n) for n in libc.version_nodes or ())
                return max((n for n in nodes if n is not None), default=(2, 0))
        return UNKNOWN

    def interpreters(self) -> tuple[str, ...]:
        """See `LibraryView.interpreters`."""
        return tuple(
            f"{folder}/{name}"
            for folder in _LOADER_DIRS
            for name in self._root.names(folder)
            if _LOADER_NAME.match(name)
        )

    def _read(self, path: str) -> Opened:
        entry = self._root.entry(path)
        if isinstance(entry, NoEntry):
            return Missing(entry.why)
        if entry.size < 64:
            return NotElf("file too short")
        try:
            with self._root.mapped(entry) as data:
                if data[:4] != b"\x7fELF":
                    return NotElf("invalid ELF header")
                found = read_shared_object(path, data, entry.size)
                return found._replace(executable=bool(entry.mode & 0o111))
        except NotAProgramError:
            return NotElf("only ET_DYN and ET_EXEC can be loaded")
        except LinkcheckError:
            return NotElf("invalid ELF header")
        except (OSError, ValueError):
            return UNKNOWN
