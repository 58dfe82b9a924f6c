"""Symbol versioning tables (LSB core, "Symbol Versioning"; glibc `dl-version.c`)."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from linkcheck.binary.elf.dynamic import (
    DT_VERDEF,
    DT_VERDEFNUM,
    DT_VERNEED,
    DT_VERNEEDNUM,
    DynamicSection,
)
from linkcheck.model.facts import VersionNeed

VER_FLG_BASE, VER_FLG_WEAK = 0x1, 0x2
VERSION_INDEX: Final = 0x7FFF  # the rest of a versym entry is the hidden bit
HIDDEN: Final = 0x8000
_MAX_BYTES: Final = 4 << 20
_MAX_ENTRIES: Final = 1 << 16


class VersionNeeds(NamedTuple):
    """DT_VERNEED: the needs in file order, and the need behind each version index."""

    needs: tuple[VersionNeed, ...]
    by_index: dict[int, VersionNeed]


class VersionDefinitions(NamedTuple):
    """DT_VERDEF: node names by version index, without the base entry (the file's own name)."""

    by_index: dict[int, str]

    @property
    def nodes(self) -> frozenset[str]:
        """All node names."""
        return frozenset(self.by_index.values())


def read_version_needs(dynamic: DynamicSection) -> VersionNeeds:
    """The version needs; empty where there is no DT_VERNEED."""
    table = dynamic.table(DT_VERNEED, _MAX_BYTES)
    order = dynamic.layout.order
    need, aux = struct.Struct(order + "HHIII"), struct.Struct(order + "IHHII")
    needs: list[VersionNeed] = []
    by_index: dict[int, VersionNeed] = {}
    at = 0
    for _ in range(min(dynamic.value(DT_VERNEEDNUM) or 0, _MAX_ENTRIES)):
        if at + need.size > len(table):
            break
        _version, count, file, aux_offset, following = need.unpack_from(table, at)
        library = dynamic.text(file)
        aux_at = at + aux_offset
        for _ in range(min(count, _MAX_ENTRIES - len(needs))):
            if aux_at + aux.size > len(table):
                break
            _hash, flags, index, name, next_aux = aux.unpack_from(table, aux_at)
            entry = VersionNeed(library, dynamic.text(name), bool(flags & VER_FLG_WEAK))
            needs.append(entry)
            by_index[index & VERSION_INDEX] = entry
            if next_aux == 0:
                break
            aux_at += next_aux
        if following == 0:
            break
        at += following
    return VersionNeeds(tuple(needs), by_index)


def read_version_definitions(dynamic: DynamicSection) -> VersionDefinitions | None:
    """The version nodes that a library defines, or None where it has no DT_VERDEF at all."""
    if dynamic.value(DT_VERDEF) is None:
        return None
    table = dynamic.table(DT_VERDEF, _MAX_BYTES)
    order = dynamic.layout.order
    definition = struct.Struct(order + "HHHHIII")
    name = struct.Struct(order + "I")
    by_index: dict[int, str] = {}
    at = 0
    for _ in range(min(dynamic.value(DT_VERDEFNUM) or 0, _MAX_ENTRIES)):
        if at + definition.size > len(table):
            break
        _version, flags, index, _count, _hash, aux, following = definition.unpack_from(table, at)
        if not flags & VER_FLG_BASE and at + aux + name.size <= len(table):
            by_index[index & VERSION_INDEX] = dynamic.text(name.unpack_from(table, at + aux)[0])
        if following == 0:
            break
        at += following
    return VersionDefinitions(by_index)
