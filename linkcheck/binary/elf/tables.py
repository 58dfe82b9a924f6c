"""The long tables of a dynamic program: version needs, symbols to look up, symbols it defines."""

from __future__ import annotations

from linkcheck.binary.elf.dynamic import DynamicSection, LoaderTables
from linkcheck.binary.elf.symbols import read_exported_names, read_symbol_needs
from linkcheck.binary.elf.versions import read_version_needs


def read_tables(dynamic: DynamicSection) -> LoaderTables:
    """All of them. Raises MalformedBinaryError where one is larger than any real program's."""
    versions = read_version_needs(dynamic)
    return LoaderTables(
        version_needs=versions.needs,
        undefined=read_symbol_needs(dynamic, versions),
        exported=read_exported_names(dynamic),
    )
