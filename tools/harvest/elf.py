"""What a shared object of an image defines, read with pyelftools."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSection, DynamicTag
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerDefSection, GNUVerSymSection
from elftools.elf.sections import SymbolTableSection

_HIDDEN = 0x8000  # VERSYM_HIDDEN
_EXPORTED_BINDS = ("STB_GLOBAL", "STB_WEAK", "STB_LOOS")


@dataclass(frozen=True, slots=True)
class Definition:
    """One exported symbol; `hidden` marks a version that is not the default."""

    name: str
    node: str | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class Library:
    """The loader's view of one file; `nodes` is None where it has no version definitions."""

    machine: int
    soname: str | None
    needed: tuple[str, ...]
    nodes: tuple[str, ...] | None
    definitions: tuple[Definition, ...]


def read(path: Path) -> Library | None:
    """Read a shared object; None for anything that is not a dynamic ELF file."""
    with path.open("rb") as stream:
        if stream.read(4) != b"\x7fELF":
            return None
        stream.seek(0)
        try:
            elf = ELFFile(stream)
            dynamic = elf.get_section_by_name(".dynamic")
            symbols = elf.get_section_by_name(".dynsym")
        except ELFError:
            return None
        if not isinstance(dynamic, DynamicSection) or not isinstance(symbols, SymbolTableSection):
            return None
        tags = list(dynamic.iter_tags())
        names = _nodes(elf)
        return Library(
            machine=elf["e_machine"] if isinstance(elf["e_machine"], int) else _machine(elf),
            soname=next((_text(t, "soname") for t in tags if t.entry.d_tag == "DT_SONAME"), None),
            needed=tuple(_text(t, "needed") for t in tags if t.entry.d_tag == "DT_NEEDED"),
            nodes=None if names is None else tuple(n for i, n in names.items() if i > 1),
            definitions=tuple(_definitions(elf, symbols, names or {})),
        )


def _text(tag: DynamicTag, attribute: str) -> str:
    # pyelftools sets these attributes by the kind of the tag
    return str(getattr(tag, attribute))


def _machine(elf: ELFFile) -> int:
    elf.stream.seek(18)
    order = "little" if elf.little_endian else "big"
    return int.from_bytes(elf.stream.read(2), order)  # type: ignore[arg-type]


def _nodes(elf: ELFFile) -> dict[int, str] | None:
    section = next((s for s in elf.iter_sections() if isinstance(s, GNUVerDefSection)), None)
    if section is None:
        return None
    return {
        definition["vd_ndx"]: next(iter(auxiliaries)).name
        for definition, auxiliaries in section.iter_versions()
    }


def _definitions(
    elf: ELFFile, symbols: SymbolTableSection, nodes: dict[int, str]
) -> list[Definition]:
    versions = next((s for s in elf.iter_sections() if isinstance(s, GNUVerSymSection)), None)
    found: list[Definition] = []
    for index, symbol in enumerate(symbols.iter_symbols()):
        bind = symbol["st_info"]["bind"]
        if symbol["st_shndx"] == "SHN_UNDEF" or bind not in _EXPORTED_BINDS or not symbol.name:
            continue
        if symbol["st_other"]["visibility"] in ("STV_HIDDEN", "STV_INTERNAL"):
            continue
        number = 1 if versions is None else _number(versions, index)
        plain = number & ~_HIDDEN
        if plain == 0:  # VER_NDX_LOCAL
            continue
        if plain in nodes and symbol["st_shndx"] == "SHN_ABS" and symbol.name == nodes[plain]:
            continue  # the symbol that names a version node
        node = nodes.get(plain) if plain > 1 else None
        found.append(Definition(symbol.name, node, bool(number & _HIDDEN)))
    return found


def _number(versions: GNUVerSymSection, index: int) -> int:
    raw = versions.get_symbol(index)["ndx"]
    if isinstance(raw, int):
        return raw
    return {"VER_NDX_LOCAL": 0, "VER_NDX_GLOBAL": 1}.get(raw, 1)
