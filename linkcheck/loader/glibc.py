"""glibc's dynamic loader on paper (elf/rtld.c, dl-load.c, dl-deps.c, dl-version.c, dl-lookup.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from linkcheck.loader import glibc_symbols, glibc_versions
from linkcheck.loader.glibc_order import relocation_order
from linkcheck.loader.glibc_search import Broken, Hit, Loading, Search, loader_words
from linkcheck.loader.link_maps import Loaded, Namespace
from linkcheck.loader.options import CPU_LEVELS, LoadOptions
from linkcheck.loader.outcome import Log
from linkcheck.loader.program_names import ProgramNames
from linkcheck.model.facts import ElfFacts
from linkcheck.model.library import LibraryView, SharedObject

_PRELOAD: Final = "/etc/ld.so.preload"
# GNU_PROPERTY_X86_ISA_1_*: bit -> CPU level (x86-64 psABI)
_ISA_BITS: Final = {1: 0, 2: 1, 4: 2, 8: 3}


def run(
    elf: ElfFacts, interpreter: SharedObject, view: LibraryView, log: Log, options: LoadOptions
) -> None:
    """Load, check versions, relocate; writes what happens into `log`."""
    search = Search(view, interpreter, elf.machine_name, log, options)
    space = _namespace(elf, options)
    rtld = _loaded(Hit(elf.interpreter or interpreter.path, interpreter), None)
    if not _load_all(space, rtld, search, view, log, options):
        return
    log.loaded.extend(m.identity for m in space.maps[1:])
    if not _cpu_fits(space, log, options):
        return
    if glibc_versions.check(space, search.release, log, options) and not log.refusals:
        # the loader has relocated itself before
        order = [m for m in relocation_order(space.maps, search.release) if m is not rtld]
        glibc_symbols.check(space, order, search.release, log, options)


def _namespace(elf: ElfFacts, options: LoadOptions) -> Namespace:
    place = Loading(options.program, elf.rpath, elf.runpath, elf.dt_flags_1, None)
    main = Loaded(
        name=options.program,
        names={options.program},
        needed=elf.needed,
        version_needs=elf.version_needs,
        version_nodes=None,
        undefined=elf.undefined,
        exports=ProgramNames(elf.exported),
        bind_now=elf.bind_now,
        has_relr=elf.has_relr,
        isa_needed=elf.notes.isa_needed,
        place=place,
        identity=options.program,
    )
    return Namespace(main, [main])


def _loaded(hit: Hit, by: Loading | None) -> Loaded:
    library = hit.library
    names = {hit.name} | ({library.soname} if library.soname else set())
    return Loaded(
        name=hit.name,
        names=names,
        needed=library.needed,
        version_needs=library.version_needs,
        version_nodes=library.version_nodes,
        undefined=library.undefined,
        exports=library.exports,
        bind_now=library.bind_now,
        has_relr=library.has_relr,
        isa_needed=library.isa_needed,
        place=Loading(hit.name, library.rpath, library.runpath, library.dt_flags_1, by),
        identity=library.path,
        has_versions=library.has_versions,
    )


def _load_all(
    space: Namespace,
    rtld: Loaded,
    search: Search,
    view: LibraryView,
    log: Log,
    options: LoadOptions,
) -> bool:
    """Map the program's libraries breadth first; False where one is missing for certain."""
    known = [rtld]  # the loader is mapped already and takes its place when something needs it
    _preload(options.preload, "LD_PRELOAD", space, search, log)
    text = view.read_text(_PRELOAD)
    if isinstance(text, str):
        _preload(text.replace(":", " ").split(), _PRELOAD, space, search, log)
    at = 0
    while at < len(space.maps):
        current = space.maps[at]
        at += 1
        for name in current.needed:
            if not name:
                continue
            waiting = next((m for m in known if name in m.names), None)
            if waiting is not None:
                space.maps.append(waiting)
                known.remove(waiting)
            elif space.named(name) is None and not _load_one(
                name, current, space, search, log, options
            ):
                return False
            if (loaded := space.named(name)) is not None:
                current.dependencies.append(loaded)
    return True


def _load_one(
    name: str, by: Loaded, space: Namespace, search: Search, log: Log, options: LoadOptions
) -> bool:
    log.note(f"{name} (needed by {by.name}):")
    wanted = search.expand(name, by.name) if "$" in name else name
    found = search.at(wanted) if "/" in wanted else search.find(wanted, by.place, space.main.place)
    if found is None:
        space.unknown.append(name)
        log.doubt("library", name, f"whether it has {name} (needed by {by.name}) is not known")
        return True
    if isinstance(found, Hit):
        if found.library.untold:
            log.doubt("library", name, found.library.untold)
        same = next((m for m in space.maps if m.identity == found.library.path), None)
        if same is not None:
            same.names.add(name)
            return True
        fresh = _loaded(found, by.place)
        fresh.names.add(name)
        space.maps.append(fresh)
        return True
    program = options.program
    if isinstance(found, Broken):
        text = (
            f"{program}: error while loading shared libraries: {found.name}: "
            f"{loader_words(found.why)}"
        )
        log.refuse("library", name, f"{found.name} can't be loaded: {found.why}", text)
        return False
    log.refuse(
        "library",
        name,
        f"library {name} (needed by {by.name}) is not in the image",
        f"{program}: error while loading shared libraries: {wanted}: "
        f"cannot open shared object file{': ' if found.why else ''}{loader_words(found.why)}",
    )
    return False


def _preload(names: Sequence[str], where: str, space: Namespace, search: Search, log: Log) -> None:
    """Objects that can't be loaded are passed over with a warning (elf/rtld.c, `do_preload`)."""
    for name in names:
        wanted = search.expand(name, space.main.name) if "$" in name else name
        place = space.main.place
        found = search.at(wanted) if "/" in wanted else search.find(wanted, place, place)
        if not isinstance(found, Hit):
            log.note(f"  {name} from {where} cannot be preloaded: ignored")
        elif all(loaded.identity != found.library.path for loaded in space.maps):
            space.maps.append(_loaded(found, place))


def _cpu_fits(space: Namespace, log: Log, options: LoadOptions) -> bool:
    """The ISA note of each map against the CPU, where the CPU is told (sysdeps/x86/dl-prop.h)."""
    if options.cpu not in CPU_LEVELS:
        return True
    have = CPU_LEVELS.index(options.cpu)
    for loaded in space.maps:
        bits = loaded.isa_needed or 0
        level = max((lv for bit, lv in _ISA_BITS.items() if bits & bit), default=0)
        if level > have:
            log.refuse(
                "cpu",
                CPU_LEVELS[level],
                f"{loaded.name} needs a CPU of {CPU_LEVELS[level]}",
                f"{options.program}: CPU ISA level is lower than required",
            )
            return False
    return True
