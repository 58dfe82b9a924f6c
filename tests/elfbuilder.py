"""Minimal ELF files of any class, byte order and machine, built from what a test says of them.

One PT_LOAD maps the whole file at `BASE`; everything else hangs off program headers and DT_*.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Literal

BASE = 0x10000
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE = 1, 2, 3, 4
DT_NEEDED, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_RELA, DT_RELASZ = 1, 4, 5, 6, 7, 8
DT_STRSZ, DT_SONAME, DT_REL, DT_RELSZ, DT_PLTREL, DT_JMPREL = 10, 14, 17, 18, 20, 23
DT_PLTRELSZ, DT_RPATH, DT_RUNPATH, DT_VERSYM, DT_VERNEED, DT_VERNEEDNUM = (
    2, 15, 29, 0x6FFFFFF0, 0x6FFFFFFE, 0x6FFFFFFF,
)  # fmt: skip
GLOBAL, WEAK = 1, 2


@dataclass(frozen=True, slots=True)
class Symbol:
    """A dynamic symbol; `section` 0 is undefined. `version` is (library, node) for a need."""

    name: str
    binding: int = GLOBAL
    section: int = 0
    version: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Relocation:
    """A relocation that names `symbol`; in the PLT's table where `plt`."""

    symbol: str
    kind: int = 6
    plt: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """One note of a PT_NOTE segment."""

    owner: str
    kind: int
    description: bytes


@dataclass(slots=True)
class Elf:
    """What to build; `program` and `library` give the bytes."""

    bits: Literal[32, 64] = 64
    byte_order: Literal["little", "big"] = "little"
    machine: int = 62
    elf_type: int = 3
    os_abi: int = 0
    flags: int = 0
    entry: int = BASE
    interpreter: str | None = None
    needed: tuple[str, ...] = ()
    soname: str | None = None
    symbols: tuple[Symbol, ...] = ()
    relocations: tuple[Relocation, ...] = ()
    notes: tuple[Note, ...] = ()
    tags: tuple[tuple[int, int | str], ...] = ()  # a string value is put into .dynstr
    headers: tuple[tuple[int, int], ...] = ()  # further program headers: type, flags
    hash_style: Literal["sysv", "none"] = "sysv"
    wide_hash: bool = False  # s390x and alpha: 64-bit DT_HASH words
    _strings: bytearray = field(default_factory=lambda: bytearray(b"\0"))

    @property
    def order(self) -> str:
        """The struct code of the byte order."""
        return "<" if self.byte_order == "little" else ">"

    @property
    def word(self) -> str:
        """The struct code of an address, without byte order."""
        return "Q" if self.bits == 64 else "I"

    def program(self, *, dynamic: bool = True) -> bytes:
        """The file as a program; without a dynamic section where `dynamic` is False."""
        return self._build(dynamic)

    def library(self, soname: str) -> bytes:
        """The file as a shared library of that soname."""
        self.soname = soname
        return self._build(True)

    def _text(self, text: str) -> int:
        at = len(self._strings)
        self._strings += text.encode() + b"\0"
        return at

    def _pack(self, codes: str, *values: int) -> bytes:
        return struct.pack(self.order + codes, *values)

    def _build(self, dynamic: bool) -> bytes:
        header_size, entry_size = (64, 56) if self.bits == 64 else (52, 32)
        kinds = [PT_LOAD]
        kinds += [PT_INTERP] * (self.interpreter is not None)
        kinds += [PT_DYNAMIC] * dynamic + [PT_NOTE] * bool(self.notes)
        body = bytearray(header_size + entry_size * (len(kinds) + len(self.headers)))
        places: dict[int, tuple[int, int]] = {}

        def put(raw: bytes) -> tuple[int, int]:
            body.extend(bytes(-len(body) % 16))
            at = len(body)
            body.extend(raw)
            return at, len(raw)

        if self.interpreter is not None:
            places[PT_INTERP] = put(self.interpreter.encode() + b"\0")
        if self.notes:
            places[PT_NOTE] = put(b"".join(map(self._note, self.notes)))
        if dynamic:
            places[PT_DYNAMIC] = put(self._dynamic(put))
        places[PT_LOAD] = (0, len(body))
        table = b"".join(self._header(k, 7, *places[k]) for k in kinds)
        table += b"".join(self._header(k, flags, 0, 0) for k, flags in self.headers)
        body[header_size : header_size + len(table)] = table
        body[:header_size] = self._file_header(len(kinds) + len(self.headers))
        return bytes(body)

    def _file_header(self, count: int) -> bytes:
        size, entry_size = (64, 56) if self.bits == 64 else (52, 32)
        ident = b"\x7fELF" + bytes(
            [2 if self.bits == 64 else 1, 1 if self.byte_order == "little" else 2, 1, self.os_abi]
        )
        section_size = 64 if self.bits == 64 else 40
        return ident.ljust(16, b"\0") + self._pack(
            f"HHI{self.word * 3}IHHHHHH",
            self.elf_type, self.machine, 1, self.entry, size, 0, self.flags,
            size, entry_size, count, section_size, 0, 0,
        )  # fmt: skip

    def _header(self, kind: int, flags: int, at: int, size: int) -> bytes:
        address = BASE + at
        if self.bits == 64:
            return self._pack("IIQQQQQQ", kind, flags, at, address, address, size, size, 16)
        return self._pack("IIIIIIII", kind, at, address, address, size, size, flags, 16)

    def _note(self, note: Note) -> bytes:
        owner = note.owner.encode() + b"\0"
        head = self._pack("III", len(owner), len(note.description), note.kind)
        return b"".join(part + bytes(-len(part) % 4) for part in (head, owner, note.description))

    def _dynamic(self, put: object) -> bytes:
        assert callable(put)
        tags: list[tuple[int, int]] = [(DT_NEEDED, self._text(n)) for n in self.needed]
        if self.soname is not None:
            tags.append((DT_SONAME, self._text(self.soname)))
        tags += [(t, self._text(v) if isinstance(v, str) else v) for t, v in self.tags]
        tags += self._symbol_tables(put)
        strings = put(bytes(self._strings))
        tags += [(DT_STRTAB, BASE + strings[0]), (DT_STRSZ, strings[1]), (0, 0)]
        return b"".join(self._pack(self.word * 2, *tag) for tag in tags)

    def _symbol_tables(self, put: object) -> list[tuple[int, int]]:
        assert callable(put)
        tags: list[tuple[int, int]] = []
        entries = [self._symbol(0, 0, 0)]
        entries += [
            self._symbol(self._text(s.name), s.binding << 4 | 2, s.section) for s in self.symbols
        ]
        tags.append((DT_SYMTAB, BASE + put(b"".join(entries))[0]))
        if self.hash_style == "sysv":
            chain = [*range(2, len(self.symbols) + 1), 0][: len(self.symbols)]
            words = [1, len(entries), 1 if self.symbols else 0, 0, *chain]
            code = "Q" if self.wide_hash else "I"
            tags.append((DT_HASH, BASE + put(self._pack(code * len(words), *words))[0]))
        if any(s.version for s in self.symbols):
            tags += self._versions(put)
        rela = self.bits == 64
        for plt in (False, True):
            raw = b"".join(self._relocation(r, rela) for r in self.relocations if r.plt == plt)
            if not raw:
                continue
            at = BASE + put(raw)[0]
            if plt:
                tags += [(DT_JMPREL, at), (DT_PLTRELSZ, len(raw))]
                tags.append((DT_PLTREL, DT_RELA if rela else DT_REL))
            else:
                tags += [(DT_RELA if rela else DT_REL, at)]
                tags.append((DT_RELASZ if rela else DT_RELSZ, len(raw)))
        return tags

    def _symbol(self, name: int, info: int, section: int) -> bytes:
        value = BASE if section else 0
        if self.bits == 64:
            return self._pack("IBBHQQ", name, info, 0, section, value, 0)
        return self._pack("IIIBBH", name, value, 0, info, 0, section)

    def _relocation(self, relocation: Relocation, rela: bool) -> bytes:
        index = [s.name for s in self.symbols].index(relocation.symbol) + 1
        shift = 32 if self.bits == 64 else 8
        info = index << shift | relocation.kind
        if self.machine == 8 and self.bits == 64 and self.byte_order == "little":
            info = index | relocation.kind << 56  # MIPS64: symbol first, then bytes, type last
        return self._pack(self.word * (3 if rela else 2), BASE, info, *([0] if rela else []))

    def _versions(self, put: object) -> list[tuple[int, int]]:
        assert callable(put)
        needs: dict[str, dict[str, int]] = {}
        indices = [0]
        number = 2
        for symbol in self.symbols:
            if symbol.version is None:
                indices.append(1)
                continue
            nodes = needs.setdefault(symbol.version[0], {})
            if symbol.version[1] not in nodes:
                nodes[symbol.version[1]] = number
                number += 1
            indices.append(nodes[symbol.version[1]])
        raw = b""
        for at, (library, nodes) in enumerate(needs.items()):
            last = at == len(needs) - 1
            size = 16 + 16 * len(nodes)
            raw += self._pack("HHIII", 1, len(nodes), self._text(library), 16, 0 if last else size)
            for place, (node, index) in enumerate(nodes.items()):
                following = 0 if place == len(nodes) - 1 else 16
                raw += self._pack("IHHII", 0, 0, index, self._text(node), following)
        versym = self._pack("H" * len(indices), *indices)
        return [
            (DT_VERSYM, BASE + put(versym)[0]),
            (DT_VERNEED, BASE + put(raw)[0]),
            (DT_VERNEEDNUM, len(needs)),
        ]


def samples() -> dict[str, bytes]:
    """Small dynamic programs with all that a reader looks at, by machine."""
    machines = {
        "x86_64": Elf(),
        "i386": Elf(bits=32, machine=3),
        "s390x": Elf(byte_order="big", machine=22, wide_hash=True),
        "mips": Elf(bits=32, byte_order="big", machine=8),
        "mips64el": Elf(machine=8),
        "arm": Elf(bits=32, machine=40, flags=0x5000400),
        "riscv64": Elf(machine=243),
        "ppc64": Elf(byte_order="big", machine=21),
    }
    return {name: sample(elf) for name, elf in machines.items()}


def sample(elf: Elf) -> bytes:
    """`elf` as a program with needs, versions, symbols, relocations and notes."""
    elf.interpreter, elf.needed = "/lib/ld.so.1", ("libc.so.6", "libm.so.6")
    elf.symbols = (
        Symbol("printf", version=("libc.so.6", "GLIBC_2.34")),
        Symbol("maybe", WEAK),
        Symbol("mine", section=1),
        Symbol("sin", version=("libm.so.6", "GLIBC_2.2")),
    )
    elf.relocations = (
        Relocation("maybe"),
        Relocation("printf", plt=True),
        Relocation("sin", plt=True),
    )
    elf.notes = (
        Note("GNU", 1, elf._pack("IIII", 0, 3, 2, 0)),
        Note("GNU", 3, bytes.fromhex("c0ffee00")),
        Note("FDO", 0x407C0C0A, b'[{"soname":["libx.so.1"],"feature":"x"}]\0'),
    )
    elf.headers = ((0x6474E551, 6), (0x6474E552, 4))
    return elf.program()
