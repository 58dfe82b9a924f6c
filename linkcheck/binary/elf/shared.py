"""A shared object or program interpreter -> SharedObject, for the loader models."""

from __future__ import annotations

from linkcheck.binary.elf import dynamic as dt
from linkcheck.binary.elf.dynamic import read_dynamic
from linkcheck.binary.elf.layout import read_layout
from linkcheck.binary.elf.notes import read_notes
from linkcheck.binary.elf.program import ET_DYN, ET_EXEC
from linkcheck.binary.elf.symbols import SymbolTable, read_exports, read_symbol_needs
from linkcheck.binary.elf.versions import read_version_definitions, read_version_needs
from linkcheck.binary.image import Bytes
from linkcheck.errors import NotAProgramError
from linkcheck.model.library import SharedObject


def read_shared_object(path: str, data: Bytes, size: int) -> SharedObject:
    """Read the library in `data`, which a base has under `path`.

    Raises MalformedBinaryError where the headers can't be read, and NotAProgramError for
    object and core files, which no loader maps.
    """
    layout = read_layout(path, data, size)
    if layout.elf_type not in (ET_EXEC, ET_DYN):
        raise NotAProgramError(
            f"{path}: ELF type {layout.elf_type:#x} is no library", next_step="link it first"
        )
    dynamic = read_dynamic(layout)
    notes = read_notes(layout)
    if dynamic is None:
        return SharedObject(
            path=path,
            bits=layout.bits,
            byte_order=layout.image.byte_order,
            machine=layout.machine,
            exports=SymbolTable({}),
            isa_needed=notes.isa_needed,
        )
    definitions = read_version_definitions(dynamic)
    needs = read_version_needs(dynamic)
    return SharedObject(
        path=path,
        bits=layout.bits,
        byte_order=layout.image.byte_order,
        machine=layout.machine,
        soname=dynamic.text_of(dt.DT_SONAME),
        needed=dynamic.needed,
        rpath=dynamic.text_of(dt.DT_RPATH),
        runpath=dynamic.text_of(dt.DT_RUNPATH),
        dt_flags_1=dynamic.value(dt.DT_FLAGS_1) or 0,
        bind_now=dynamic.bind_now,
        version_needs=needs.needs,
        version_nodes=definitions.nodes if definitions else None,
        undefined=read_symbol_needs(dynamic, needs),
        exports=read_exports(dynamic, definitions),
        has_relr=dynamic.value(dt.DT_RELR) is not None,
        has_versions=dynamic.value(dt.DT_VERSYM) is not None,
        isa_needed=notes.isa_needed,
    )
