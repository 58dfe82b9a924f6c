"""Ways to damage a real program, byte-wise and structurally, as hypothesis strategies."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from elftools.elf.elffile import ELFFile
from hypothesis import strategies as st

INTERESTING = (
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFFFFFF,
    0xFFFFFFFF,
    2**63 - 1,
    2**64 - 1,
)


@dataclass(frozen=True, slots=True)
class Program:
    """A program's bytes, and the places that readers of it trust: (offset, size)."""

    name: str
    data: bytes
    places: tuple[tuple[int, int], ...]


def program(name: str, data: bytes) -> Program:
    """Find the trusted places: headers and the tables of dynamic linking, notes and Go."""
    elf = ELFFile(io.BytesIO(data))
    places = [(0, 64), (elf["e_phoff"], elf["e_phnum"] * elf["e_phentsize"])]
    if elf["e_shnum"]:
        places.append((elf["e_shoff"], elf["e_shnum"] * elf["e_shentsize"]))
    wanted = (".dyn", ".gnu.", ".note", ".hash", ".rel", ".go", ".interp")
    places += [
        (s["sh_offset"], min(s["sh_size"], 4096))
        for s in elf.iter_sections()
        if s.name.startswith(wanted) and s["sh_size"]
    ]
    return Program(name, data, tuple(places))


def _change(program: Program) -> st.SearchStrategy[tuple[int, bytes]]:
    """One overwrite inside a trusted place, or anywhere."""
    anywhere = st.integers(0, len(program.data) - 1)
    place = st.sampled_from(program.places).flatmap(
        lambda p: st.integers(p[0], max(p[0], min(p[0] + p[1], len(program.data)) - 1))
    )
    word = st.one_of(st.sampled_from(INTERESTING), st.integers(0, 2**64 - 1), anywhere)
    values = st.one_of(
        st.binary(min_size=1, max_size=24),
        word.map(lambda v: struct.pack("<Q", v)),
        word.map(lambda v: struct.pack("<I", v & 0xFFFFFFFF)),
        word.map(lambda v: struct.pack("<H", v & 0xFFFF)),
    )
    aligned = place.map(lambda at: at & ~7)
    return st.tuples(st.one_of(place, aligned, anywhere), values)


def damaged(program: Program) -> st.SearchStrategy[bytes]:
    """The program with a few overwrites, perhaps cut short."""

    def apply(changes: list[tuple[int, bytes]], end: int | None) -> bytes:
        data = bytearray(program.data)
        for at, value in changes:
            data[at : at + len(value)] = value
        return bytes(data[:end])

    return st.builds(
        apply,
        st.lists(_change(program), min_size=1, max_size=6),
        st.one_of(st.none(), st.none(), st.integers(0, len(program.data))),
    )
