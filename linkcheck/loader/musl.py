"""musl's dynamic loader on paper (ldso/dynlink.c, `__dls3`).

Search: LD_LIBRARY_PATH, the inherited RPATH/RUNPATH (both alike), then /etc/ld-musl-ARCH.path,
which replaces the defaults. Names of musl's own libraries mean the loader itself. Requested
symbol versions are ignored. Everything is resolved at start; all errors are printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from linkcheck.loader.gcompat import LIBRARY, Stub
from linkcheck.loader.musl_lfs64 import BUFFER, NEW_IN_1_2_6, aliased
from linkcheck.loader.options import LoadOptions
from linkcheck.loader.outcome import Log
from linkcheck.loader.program_names import ProgramNames
from linkcheck.loader.tokens import expand, folder_of
from linkcheck.model.facts import ElfFacts, SymbolNeed
from linkcheck.model.library import Exports, LibraryView, Missing, NotElf, SharedObject
from linkcheck.model.provides import UNKNOWN, MaybeUnknown

OWN_NAMES: Final = ("c", "pthread", "rt", "m", "dl", "util", "xnet")
DEFAULT_FOLDERS: Final = ("/lib", "/usr/local/lib", "/usr/lib")
# map_library() and path_open(): these errors let the search go on, any other ends it
_GO_ON: Final = frozenset(
    {"No such file or directory", "Not a directory", "Permission denied", "File name too long"}
)
# musl's src/errno/__strerror.h, where its words are not those of glibc
_WORDS: Final = {
    "Too many levels of symbolic links": "Symbolic link loop",
    "File name too long": "Filename too long",
}


@dataclass(slots=True)
class _Dso:
    name: str
    shortname: str | None
    identity: str
    needed: tuple[str, ...]
    rpath: str | None
    undefined: tuple[SymbolNeed, ...]
    exports: Exports
    needed_by: _Dso | None


@dataclass(slots=True)
class _State:
    view: LibraryView
    log: Log
    options: LoadOptions
    bits: int
    folders: tuple[str, ...]
    chain: list[_Dso] = field(default_factory=list)
    unknown: bool = False
    ldso: Exports | None = None


def run(
    elf: ElfFacts,
    interpreter: SharedObject,
    view: LibraryView,
    log: Log,
    options: LoadOptions,
    stub: Stub | None = None,
) -> None:
    """Load and relocate; writes what happens into `log`. `stub` is what started the loader."""
    path = stub.name if stub else elf.interpreter or interpreter.path
    folders, known = _system_folders(path, interpreter, view, log)
    state = _State(view, log, options, elf.bits, folders, unknown=not known)
    app = _Dso(
        name=options.program,
        shortname=None,
        identity=options.program,
        needed=elf.needed,
        rpath=elf.runpath or elf.rpath,
        undefined=elf.undefined,
        exports=ProgramNames(elf.exported),
        needed_by=None,
    )
    ldso = _dso(path, None, interpreter, None)
    state.ldso = ldso.exports
    state.chain = [app]
    if stub is not None:
        state.chain.append(_dso(LIBRARY, None, stub.library, None))
    _preload(app, ldso, state)
    _load_needed(ldso, state)
    log.loaded.extend(d.identity for d in state.chain[1:])
    # the loader defines symbols for others only where something needs it (`load_library`)
    for dso in (*state.chain[1:], app):
        _relocate(dso, state.chain, state)


def _dso(name: str, shortname: str | None, library: SharedObject, by: _Dso | None) -> _Dso:
    return _Dso(
        name=name,
        shortname=shortname,
        identity=library.path,
        needed=library.needed,
        rpath=library.runpath or library.rpath,
        undefined=library.undefined,
        exports=library.exports,
        needed_by=by,
    )


def _system_folders(
    path: str, interpreter: SharedObject, view: LibraryView, log: Log
) -> tuple[tuple[str, ...], bool]:
    """The folders of /etc/ld-musl-ARCH.path below the loader's prefix, else the defaults."""
    prefix = folder_of(folder_of(path)).rstrip("/")
    name = interpreter.path.rpartition("/")[2]
    arch = name.removeprefix("ld-musl-").partition(".so")[0]
    if not name.startswith("ld-musl-"):
        arch = path.rpartition("/")[2].removeprefix("ld-musl-").partition(".so")[0]
    file = f"{prefix}/etc/ld-musl-{arch}.path"
    text = view.read_text(file)
    if text is UNKNOWN:
        log.note(f"{file}: not known")
        return DEFAULT_FOLDERS, False
    if text is None:
        return DEFAULT_FOLDERS, True
    folders = tuple(f for line in text.split("\n") for f in line.split(":") if f)
    log.note(f"{file}: {':'.join(folders)} instead of the defaults")
    return folders, True


def _preload(app: _Dso, ldso: _Dso, state: _State) -> None:
    """What LD_PRELOAD names and can't be loaded is passed over in silence (`load_preload`)."""
    for name in state.options.preload:
        if not _is_own(name) and not isinstance(_find(name, app, state), tuple):
            state.log.note(f"  {name} from LD_PRELOAD cannot be loaded: ignored")
        else:
            _load_library(name, app, ldso, state)


def _load_needed(ldso: _Dso, state: _State) -> None:
    at = 0
    while at < len(state.chain):
        dso = state.chain[at]
        at += 1
        for name in dso.needed:
            _load_library(name, dso, ldso, state)


def _load_library(name: str, by: _Dso, ldso: _Dso, state: _State) -> None:
    log = state.log
    if _is_own(name) or name == ldso.name:
        log.note(f"{name} (needed by {by.name}): musl's loader itself")
        if ldso not in state.chain:
            state.chain.append(ldso)
        return
    if any(d.shortname == name for d in state.chain):
        return
    log.note(f"{name} (needed by {by.name}):")
    found = _find(name, by, state)
    if found is None:
        state.unknown = True
        log.doubt("library", name, f"whether it has {name} (needed by {by.name}) is not known")
        return
    if isinstance(found, str):
        text = f"Error loading shared library {name}: {found} (needed by {by.name})"
        log.refuse(
            "library", name, f"library {name} (needed by {by.name}) is not in the image", text
        )
        return
    path, library = found
    if library.untold:
        log.doubt("library", name, library.untold)
    same = next((d for d in (*state.chain, ldso) if d.identity == library.path), None)
    if same is None:
        state.chain.append(_dso(path, None if "/" in name else name, library, by))
    elif same is ldso and ldso not in state.chain:
        state.chain.append(ldso)
    elif same.shortname is None and "/" not in name:
        same.shortname = name


def _is_own(name: str) -> bool:
    return any(name.startswith(f"lib{own}.") for own in OWN_NAMES)


def _find(name: str, by: _Dso, state: _State) -> tuple[str, SharedObject] | str | None:
    """The path and library; the errno text where there is none; None where that is not known."""
    last = "No error information"  # musl's words for errno 0, where there is no folder to look in
    for path in (name,) if "/" in name else _paths(name, by, state):
        opened = state.view.open(path)
        if opened is UNKNOWN:
            state.log.note(f"  {path}: not known")
            return None
        if isinstance(opened, Missing):
            state.log.note(f"  {path}: {opened.why}")
            last = _WORDS.get(opened.why, opened.why)
            if opened.why not in _GO_ON:
                return last
            continue
        if isinstance(opened, NotElf):
            state.log.note(f"  {path}: {opened.why}")
            return opened.why if opened.why == "Is a directory" else "Exec format error"
        if opened.bits != state.bits:  # the headers are read as those of its own class
            state.log.note(f"  {path}: of another class")
            return "Exec format error"
        state.log.note(f"  {path}: found" + (f" -> {opened.path}" if opened.path != path else ""))
        return path, opened
    return None if state.unknown and "/" not in name else last


def _paths(name: str, by: _Dso, state: _State) -> Iterator[str]:
    for folder in filter(None, state.options.library_path):
        yield f"{folder}/{name}"
    holder: _Dso | None = by
    while holder is not None:
        if holder.rpath:
            origin = folder_of(holder.name)
            text = expand(holder.rpath, origin=origin, lib="", platform="")
            # musl knows $ORIGIN alone and passes over a path with any other token (fixup_rpath)
            if "$" not in holder.rpath.replace("${ORIGIN}", "").replace("$ORIGIN", ""):
                for folder in text.split(":"):
                    if folder:
                        yield f"{folder}/{name}"
        holder = holder.needed_by
    for folder in state.folders:
        yield f"{folder}/{name}"


def _relocate(dso: _Dso, scope: list[_Dso], state: _State) -> None:
    """do_relocs(): the PLT first, then REL and RELA; a line for each relocation that fails."""
    places = [(0, at, s) for s in dso.undefined for at in s.plt_relocs]
    places += [(1, at, s) for s in dso.undefined for at in s.data_relocs]
    missing: dict[str, bool] = {}
    for _, _, symbol in sorted(places, key=lambda p: p[:2]):
        if symbol.weak and not symbol.copy:
            continue
        if symbol.name not in missing:
            missing[symbol.name] = _is_missing(symbol, dso, scope, state)
        if missing[symbol.name]:
            text = f"Error relocating {dso.name}: {symbol.name}: symbol not found"
            reason = f"musl and its libraries do not define {symbol.name} (required by {dso.name})"
            state.log.refuse("symbol", symbol.name, reason, text)


def _is_missing(symbol: SymbolNeed, dso: _Dso, scope: list[_Dso], state: _State) -> bool:
    unknown = state.unknown
    for provider in scope:
        if symbol.copy and provider is dso:
            continue
        found = provider.exports.names(symbol.name)
        if found is True:
            return False
        unknown = unknown or found is UNKNOWN
    is_aliased = state.ldso is not None and _is_aliased(symbol.name, state.ldso)
    if is_aliased is True:
        return False
    unknown = unknown or is_aliased is UNKNOWN
    if unknown:
        state.log.doubt(
            "symbol", symbol.name, f"whether a library there defines {symbol.name} is not known"
        )
    return not unknown


def _is_aliased(name: str, ldso: Exports) -> bool | MaybeUnknown:
    """Whether the loader, without such a name of its own, finds `name` under a plainer one."""
    alias = aliased(name)
    if alias is None or ldso.names(name) is True or ldso.names(alias) is not True:
        return False
    return True if len(name) <= BUFFER else ldso.names(NEW_IN_1_2_6)
