"""What Go's toolchain leaves in a program: build info, linked functions, calls to C."""

from __future__ import annotations

from linkcheck.binary.go.buildinfo import SECTION_NAMES as INFO_SECTIONS
from linkcheck.binary.go.buildinfo import read_raw
from linkcheck.binary.go.cgo import cgo_packages
from linkcheck.binary.go.markers import KNOWN_NAMES
from linkcheck.binary.go.modinfo import parse_modules
from linkcheck.binary.go.names import names_among
from linkcheck.binary.go.pclntab import SECTION_NAMES as TABLE_SECTIONS
from linkcheck.binary.go.pclntab import find_table
from linkcheck.binary.go.resolver import resolver_of
from linkcheck.binary.image import ProgramImage
from linkcheck.model.facts import GoFacts

__all__ = ["read_go"]

_KNOWN = frozenset(name.encode() for name in KNOWN_NAMES)
# runtime/cgo's C side calls these back (runtime/asm_*.s, runtime/cgo/callbacks.go); without
# runtime/cgo the linker drops them
_CALLED_BY_C = frozenset({b"_cgo_topofstack", b"_cgo_panic"})
_GO_SECTIONS = frozenset((*INFO_SECTIONS, *TABLE_SECTIONS, ".note.go.buildid", ".go.module"))


def read_go(image: ProgramImage) -> tuple[GoFacts | None, tuple[str, ...]]:
    """Go's facts about `image` and what could not be read; (None, ()) when it is no Go program.

    Never raises on hostile bytes; every read is bounded.
    """
    raw, gaps = read_raw(image)
    says_go = raw is not None or any(s.name in _GO_SECTIONS for s in image.sections)
    table = find_table(image, thorough=says_go)
    if raw is None and table is None:
        if says_go:
            gaps = ("Go: its sections are there, but neither build info nor functions in them",)
            return GoFacts(None, None, None, (), (), False, frozenset(), (), "unknown"), gaps
        return None, ()
    info = parse_modules(raw.modules if raw else "")
    gaps = (*gaps, *info.gaps)
    if raw is None:
        gaps = (*gaps, "Go build info: none in the program (Go before 1.13, or removed)")
    found: frozenset[str] | None = None
    wrappers: list[bytes] = []
    links_cgo = False
    if table is None:
        gaps = (*gaps, "Go functions: no readable function table (obfuscated, or damaged)")
    else:
        names, wrappers = names_among(image.data, table, _KNOWN | _CALLED_BY_C)
        found = frozenset(name.decode() for name in names - _CALLED_BY_C)
        links_cgo = not names.isdisjoint(_CALLED_BY_C)
    deps, settings = tuple(info.deps), tuple(info.settings)
    facts = GoFacts(
        version=(raw.version or None) if raw else None,
        path=info.path,
        main=info.main,
        deps=deps,
        settings=settings,
        functions_read=table is not None,
        markers=found or frozenset(),
        cgo_packages=cgo_packages(wrappers, info.main, deps),
        resolver=resolver_of(found, settings),
        links_cgo=links_cgo,
    )
    return facts, gaps
