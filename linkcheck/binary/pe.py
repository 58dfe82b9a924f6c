"""PE, as far as telling platform, Go facts and libraries takes (Microsoft's "PE Format")."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import Literal, NamedTuple

from linkcheck.binary.go import read_go
from linkcheck.binary.image import Bytes, ProgramImage, Section, Segment
from linkcheck.errors import MalformedBinaryError, NotAProgramError
from linkcheck.model.facts import BinaryFacts, LibcFacts

# "Machine Types", in Go's words
_MACHINES = {0x14C: "386", 0x8664: "amd64", 0x1C0: "arm", 0x1C4: "arm", 0xAA64: "arm64"}
_EXECUTABLE_IMAGE = 0x2
_EFI_SUBSYSTEMS = frozenset({10, 11, 12, 13})
_PE32, _PE32_PLUS = 0x10B, 0x20B
_IMPORTS, _DELAYED_IMPORTS, _DOT_NET = 1, 13, 14
_SCN_EXECUTE, _SCN_WRITE = 0x20000000, 0x80000000
_MAX_SECTIONS = 4096
_MAX_IMPORTS = 4096

_COFF = Struct("<2H3I2H")
_SECTION = Struct("<8s6I2HI")
_DIRECTORY = Struct("<2I")
_IMPORT = Struct("<5I")
_DELAYED_IMPORT = Struct("<8I")


class _Pe(NamedTuple):
    """The headers of one PE file, and its memory map at the preferred base."""

    system: Literal["windows", "efi"]
    arch: str
    base: int
    directories: tuple[tuple[int, int], ...]
    image: ProgramImage

    def directory(self, index: int) -> int:
        """The address of a data directory, or 0 where there is none."""
        rva, size = self.directories[index] if index < len(self.directories) else (0, 0)
        return self.base + rva if rva and size else 0


def read_pe(path: str, data: Bytes, size: int) -> BinaryFacts:
    """What the PE file at `path` says of itself.

    Raises MalformedBinaryError, or NotAProgramError for an object file.
    """
    pe = _read(path, data, size)
    go, gaps = read_go(pe.image)
    if pe.directory(_DOT_NET):
        gaps = (*gaps, "a .NET assembly: what it needs besides is not in these headers")
    return BinaryFacts(
        path=path,
        size=size,
        format="pe",
        platform=f"{pe.system}/{pe.arch}",
        libc=LibcFacts("unknown", evidence="PE: Windows' own libraries, no C library of Linux"),
        go=go,
        needed=tuple(dict.fromkeys(_imports(pe))),
        gaps=gaps,
    )


def pe_image(path: str, data: Bytes, size: int) -> ProgramImage:
    """The memory map of the program. Raises as `read_pe` does."""
    return _read(path, data, size).image


def _read(path: str, data: Bytes, size: int) -> _Pe:
    start = int.from_bytes(data[0x3C:0x40], "little")
    if data[start : start + 4] != b"PE\0\0" or start + 4 + _COFF.size > size:
        raise _malformed(path, "its PE header lies outside the file")
    machine, count, _, _, _, optional_size, flags = _COFF.unpack_from(data, start + 4)
    if not flags & _EXECUTABLE_IMAGE:
        raise NotAProgramError(
            f"{path}: a Windows object file, not a program", next_step="name the linked program"
        )
    optional_at = start + 4 + _COFF.size
    optional = data[optional_at : optional_at + optional_size]
    magic = int.from_bytes(optional[:2], "little")
    if magic not in (_PE32, _PE32_PLUS) or len(optional) < 112:
        raise _malformed(path, "its optional header is cut short or of no known kind")
    wide = magic == _PE32_PLUS
    base = int.from_bytes(optional[24:32] if wide else optional[28:32], "little")
    subsystem = int.from_bytes(optional[68:70], "little")
    table = optional_at + optional_size
    if count > _MAX_SECTIONS or table + count * _SECTION.size > size:
        raise _malformed(path, "its section table lies outside the file")
    segments, sections = _sections(data[table : table + count * _SECTION.size], base, size)
    return _Pe(
        system="efi" if subsystem in _EFI_SUBSYSTEMS else "windows",
        arch=_MACHINES.get(machine, f"machine {machine:#x}"),
        base=base,
        directories=tuple(_directories(optional[112 if wide else 96 :])),
        image=ProgramImage(data, size, "little", 8 if wide else 4, segments, sections),
    )


def _directories(table: bytes) -> Iterator[tuple[int, int]]:
    whole = table[: len(table) // _DIRECTORY.size * _DIRECTORY.size]
    yield from _DIRECTORY.iter_unpack(whole)


def _sections(
    table: bytes, base: int, file_size: int
) -> tuple[tuple[Segment, ...], tuple[Section, ...]]:
    segments: list[Segment] = []
    sections: list[Section] = []
    for raw in _SECTION.iter_unpack(table):
        name, _, address, length, offset, _, _, _, _, flags = raw
        kept = min(length, file_size - offset)
        if not offset or kept <= 0:
            continue
        writable, executable = bool(flags & _SCN_WRITE), bool(flags & _SCN_EXECUTE)
        segments.append(Segment(base + address, offset, kept, writable, executable))
        title = name.rstrip(b"\0").decode(errors="replace")
        sections.append(Section(title, base + address, offset, kept))
    return tuple(segments), tuple(sections)


def _imports(pe: _Pe) -> Iterator[str]:
    # the name's address is the 4th word of an import, the 2nd of a delayed one
    for index, entry, word in (
        (_IMPORTS, _IMPORT, 3),
        (_DELAYED_IMPORTS, _DELAYED_IMPORT, 1),
    ):
        address = pe.directory(index)
        for number in range(_MAX_IMPORTS if address else 0):
            raw = pe.image.read(address + number * entry.size, entry.size)
            if len(raw) < entry.size or not any(raw):
                break
            name = pe.image.read(pe.base + entry.unpack(raw)[word], 256).split(b"\0", 1)[0]
            if name:
                yield name.decode(errors="replace")


def _malformed(path: str, cause: str) -> MalformedBinaryError:
    return MalformedBinaryError(
        f"{path}: {cause}", next_step="the file is damaged or cut short; build or copy it again"
    )
