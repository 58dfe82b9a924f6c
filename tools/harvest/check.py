"""The catalog against a real root: every library, version node and symbol, and what it provides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from linkcheck.images.catalog import CatalogBase, tables
from linkcheck.images.catalog.view import CatalogView
from linkcheck.images.observe import observe
from linkcheck.images.root import DirRoot
from linkcheck.images.root_view import RootView
from linkcheck.model.library import LibraryView, SharedObject
from linkcheck.model.provides import UNKNOWN

from . import elf, glibc, inventory

_PROVIDED = (
    *("libc", "ca_bundle", "tzdata", "users", "groups", "tmp", "shell"),
    *("nsswitch_hosts", "nsswitch_passwd"),
)


@dataclass(slots=True)
class Agreement:
    """How many facts agree, by kind; `own` are those of the C library itself."""

    asked: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)
    untold: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def note(self, kind: str, said: object, true: object, what: str) -> None:
        """Count one fact; UNKNOWN is counted apart and is no difference."""
        if said is UNKNOWN:
            self.untold[kind] += 1
            return
        self.asked[kind] += 1
        if said == true:
            self.agreed[kind] += 1
        else:
            self.differences.append(f"{kind}: {what}: the catalog says {said!r}, the root {true!r}")

    def lines(self) -> Iterator[str]:
        """One line a kind."""
        for kind in sorted({*self.asked, *self.untold}):
            asked, agreed = self.asked[kind], self.agreed[kind]
            share = 100 * agreed / asked if asked else 100
            untold = self.untold[kind]
            yield f"{kind:24} {agreed:6} of {asked:6} agree ({share:.2f} %), {untold} not told"


def check(base: CatalogBase, root: Path, platform: str = "linux/amd64") -> Agreement:
    """Compare one base with a real root of that platform."""
    found = Agreement()
    view = base.view(platform)
    real = RootView(DirRoot(str(root)))
    _provides(base, root, real, found)
    if view is None:
        found.note("platform", None, platform, "published for")
        return found
    for canonical, (file, names) in sorted(inventory.files(root).items()):
        library = elf.read(file)
        if library is None:
            continue
        own = "ld-musl-" in canonical or any(glibc.is_library(Path(n).name) for n in names)
        kind = "libc" if own else "others"
        for path in names:
            linked = view.open(path)
            ends = linked.path if isinstance(linked, SharedObject) else linked
            found.note(f"{kind}: links", ends, canonical, path)
        opened = view.open(canonical)
        found.note(
            f"{kind}: libraries", isinstance(opened, SharedObject) or opened, True, canonical
        )
        if isinstance(opened, SharedObject):
            _library(kind, opened, library, found, canonical)
    _nothing_more(view, real, found)
    _cache(view, real, found)
    ours_all = view.interpreters()
    assert ours_all is not UNKNOWN
    found.note("interpreters", set(ours_all) <= set(real.interpreters()), True, "paths")
    for path in ours_all:
        ours, theirs = view.open(path), real.open(path)
        if isinstance(ours, SharedObject) and isinstance(theirs, SharedObject):
            found.note("interpreters", ours.path, theirs.path, path)
            if base.libc == "glibc":
                found.note("interpreters", view.system_dirs(ours), real.system_dirs(theirs), "dirs")
                found.note("interpreters", view.glibc_release(ours), real.glibc_release(theirs), "")
    return found


def _library(
    kind: str, opened: SharedObject, library: elf.Library, found: Agreement, path: str
) -> None:
    found.note(f"{kind}: sonames", opened.soname, library.soname, path)
    # that a library names the loader itself adds nothing to what libc brings into the scope
    needed = {n for n in library.needed if not n.startswith("ld-linux")}
    said = {n for n in opened.needed if not n.startswith("ld-linux")}
    found.note(f"{kind}: needed", said, needed, path)
    nodes = None if library.nodes is None else frozenset(library.nodes)
    found.note(f"{kind}: version nodes", opened.version_nodes, nodes, path)
    first = library.nodes[0] if library.nodes else None
    present = {(d.name, d.node) for d in library.definitions}
    bare = {d.name for d in library.definitions if d.node is None and not d.hidden}
    default = {d.name for d in library.definitions if not d.hidden or d.node in (None, first)}
    names = {d.name for d in library.definitions if not d.hidden}
    private = {d.name for d in library.definitions if d.node == glibc.PRIVATE} - {
        d.name for d in library.definitions if d.node != glibc.PRIVATE
    }
    asked = {(n, v) for n, v in present if v is not None}
    if kind == "libc":
        asked |= _elsewhere(opened)
    exports = opened.exports
    for name, node in sorted(asked):
        true = (name, node) in present or name in bare
        found.note(f"{kind}: symbols", exports.defines(name, node), true, f"{path} {name}@{node}")
    for name in sorted({n for n, _ in asked | present} - private):
        what = f"{path} {name}"
        found.note(f"{kind}: unversioned", exports.defines(name, None), name in default, what)
        found.note(f"{kind}: names", exports.names(name), name in names, what)


def _elsewhere(opened: SharedObject) -> set[tuple[str, str]]:
    """What any release of that glibc library defines, so that claims of too much are seen."""
    soname = opened.soname or ""
    return {
        (name, fields[1])
        for line in tables.lines("glibc/x86_64.txt")
        if line.startswith(f"{soname} ")
        for fields in [line.split(" ")]
        for name in fields[5:]
        if fields[1] != "-"
    }


def _nothing_more(view: LibraryView, real: RootView, found: Agreement) -> None:
    """Everything that the catalog knows is in the root."""
    assert isinstance(view, CatalogView)
    for path in view.known_paths():
        found.note("known paths", True, isinstance(real.open(path), SharedObject), path)


def _cache(view: LibraryView, real: RootView, found: Agreement) -> None:
    ours, theirs = view.ld_cache(), real.ld_cache()
    if ours is UNKNOWN or theirs is UNKNOWN or ours is None or theirs is None:
        found.note("ld.so.cache", ours is None, theirs is None, "there at all")
        return
    said = {(e.soname, e.path, e.flags) for e in ours}
    true = {(e.soname, e.path, e.flags) for e in theirs}
    for entry in sorted(said | true):
        found.note("ld.so.cache", entry in said, entry in true, str(entry))


def _provides(base: CatalogBase, root: Path, real: RootView, found: Agreement) -> None:
    said, true = base.image(base.name).provides, observe(DirRoot(str(root)), real)
    for key in _PROVIDED:
        theirs = getattr(true, key)
        if theirs is not UNKNOWN:
            ours = getattr(said, key)
            if key in ("users", "groups") and ours is not UNKNOWN:
                ours, theirs = set(ours), set(theirs)
            found.note("provides", ours, theirs, key)
