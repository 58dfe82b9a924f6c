"""Headers of an ELF file: class, machine, segments and (as a hint only) sections."""

from __future__ import annotations

import io
import struct
from typing import Any, Final, Literal, NamedTuple, cast

from elftools.common.exceptions import ELFError
from elftools.common.utils import struct_parse
from elftools.elf.elffile import ELFFile

from linkcheck.binary.image import Bytes, ProgramImage, Section, Segment
from linkcheck.errors import MalformedBinaryError

PT_LOAD: Final = 1
PT_DYNAMIC: Final = 2
PT_INTERP: Final = 3
PT_NOTE: Final = 4
PT_GNU_STACK: Final = 0x6474E551
PT_GNU_RELRO: Final = 0x6474E552
PT_OPENBSD: Final = frozenset({0x65A3DBE5, 0x65A3DBE6, 0x65A3DBE7, 0x65A3DBE8, 0x65A3DBE9})
PF_X, PF_W = 1, 2

MAX_SEGMENTS: Final = 0xFFFF // 32  # Linux refuses a table of more than 64 KiB (binfmt_elf.c)
MAX_SECTIONS: Final = 4096
_MAX_SECTION_NAMES: Final = 1 << 16
_MAX_SECTION_NAME: Final = 256


class ProgramHeader(NamedTuple):
    """One program header, `type` as a number."""

    type: int
    flags: int
    offset: int
    address: int
    size: int  # p_filesz
    memory_size: int
    align: int


class ElfLayout(NamedTuple):
    """The decoded headers. `structs` are pyelftools' record types for this class and byte order."""

    image: ProgramImage
    structs: Any
    bits: Literal[32, 64]
    elf_type: int
    machine: int
    os_abi: int
    entry: int
    flags: int
    header_entry_size: int  # e_phentsize as the file states it
    header_count: int  # e_phnum as the file states it
    headers: tuple[ProgramHeader, ...]

    @property
    def word(self) -> str:
        """The struct code of an address, with byte order."""
        return self.order + ("Q" if self.bits == 64 else "I")

    @property
    def order(self) -> str:
        """The struct code of the byte order."""
        return "<" if self.image.byte_order == "little" else ">"

    def of_type(self, number: int) -> tuple[ProgramHeader, ...]:
        """All program headers of one type, in file order."""
        return tuple(h for h in self.headers if h.type == number)


def read_layout(path: str, data: Bytes, size: int) -> ElfLayout:
    """Decode the headers of the ELF file in `data`.

    Raises MalformedBinaryError where the file header itself can't be read or no program
    header lies inside the file; damage further in is left to the readers of those parts.
    """
    try:
        elf = ELFFile(cast("Any", io.BytesIO(data[:64])))
        header = elf.header
        headers = _program_headers(data, size, elf)
    except (ELFError, UnicodeDecodeError, ValueError, KeyError) as error:
        raise MalformedBinaryError(
            f"{path}: the ELF header can't be read ({error})",
            next_step="the file is cut short or damaged; copy or build it again",
        ) from error
    order: Literal["little", "big"] = "little" if elf.little_endian else "big"
    image = ProgramImage(
        data=data,
        size=size,
        byte_order=order,
        pointer_size=8 if elf.elfclass == 64 else 4,
        segments=_segments(headers, size),
        sections=_sections(data, size, elf),
    )
    ident = bytes(data[:64])
    half = "<H" if elf.little_endian else ">H"
    return ElfLayout(
        image=image,
        structs=elf.structs,
        bits=64 if elf.elfclass == 64 else 32,
        elf_type=struct.unpack_from(half, ident, 16)[0],
        machine=struct.unpack_from(half, ident, 18)[0],
        os_abi=ident[7],
        entry=int(header["e_entry"]),
        flags=int(header["e_flags"]),
        header_entry_size=int(header["e_phentsize"]),
        header_count=int(header["e_phnum"]),
        headers=headers,
    )


def _program_headers(data: Bytes, size: int, elf: Any) -> tuple[ProgramHeader, ...]:
    record = elf.structs.Elf_Phdr
    width = record.sizeof()
    start, count = int(elf.header["e_phoff"]), int(elf.header["e_phnum"])
    count = min(count, MAX_SEGMENTS, max(0, (size - start) // width) if start <= size else 0)
    table = io.BytesIO(data[start : start + count * width])
    # p_type comes back as a name or, where unknown, as the number itself
    numbers = struct.iter_unpack(
        ("<" if elf.little_endian else ">") + f"I{width - 4}x", table.getvalue()
    )
    return tuple(
        ProgramHeader(
            type=number,
            flags=parsed["p_flags"],
            offset=parsed["p_offset"],
            address=parsed["p_vaddr"],
            size=parsed["p_filesz"],
            memory_size=parsed["p_memsz"],
            align=parsed["p_align"],
        )
        for (number,), parsed in (
            (n, struct_parse(record, table, i * width)) for i, n in enumerate(numbers)
        )
    )


def _segments(headers: tuple[ProgramHeader, ...], size: int) -> tuple[Segment, ...]:
    return tuple(
        Segment(
            address=h.address,
            offset=h.offset,
            size=min(h.size, size - h.offset),
            writable=bool(h.flags & PF_W),
            executable=bool(h.flags & PF_X),
        )
        for h in headers
        if h.type == PT_LOAD and h.offset < size and h.size > 0
    )


def _sections(data: Bytes, size: int, elf: Any) -> tuple[Section, ...]:
    """The section table as far as it makes sense; empty where it was stripped or lies."""
    wide = elf.elfclass == 64
    record = struct.Struct(("<" if elf.little_endian else ">") + ("IIQQQQIIQQ" if wide else "10I"))
    start, count = int(elf.header["e_shoff"]), int(elf.header["e_shnum"])
    names_at = int(elf.header["e_shstrndx"])
    if int(elf.header["e_shentsize"]) != record.size or not 0 < count <= MAX_SECTIONS:
        return ()
    if start <= 0 or start + count * record.size > size or names_at >= count:
        return ()
    table = list(record.iter_unpack(data[start : start + count * record.size]))
    names_offset, names_size = table[names_at][4], table[names_at][5]
    names = data[names_offset : names_offset + min(names_size, _MAX_SECTION_NAMES)]
    return tuple(
        Section(_name(names, name), address, offset, length)
        for name, kind, _, address, offset, length, *_ in table
        if kind not in (0, 8) and offset + length <= size  # SHT_NULL, SHT_NOBITS: no bytes
    )


def _name(names: bytes, start: int) -> str:
    end = names.find(b"\0", start, start + _MAX_SECTION_NAME)
    return names[start : end if end >= 0 else start + _MAX_SECTION_NAME].decode(
        "utf-8", "backslashreplace"
    )
