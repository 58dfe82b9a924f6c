"""Which symbols the loader will look up, and when: only what a relocation names is ever resolved.

Tables without sections: DT_REL, DT_RELA and DT_JMPREL. Relative relocations, by far the most,
carry no symbol and are skipped without a Python object each.
"""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass, field
from typing import Final

from linkcheck.binary.elf import dynamic as dt
from linkcheck.binary.elf.dynamic import DynamicSection
from linkcheck.binary.elf.machines import EM_MIPS, machine
from linkcheck.errors import MalformedBinaryError

MAX_BYTES: Final = 256 << 20  # of one table, read a chunk at a time
MAX_SYMBOLIC: Final = 1 << 18  # relocations that name a symbol; the largest real files have 100,000
_CHUNK: Final = 48 << 16  # bytes, a multiple of every entry size


@dataclass(slots=True)
class Uses:
    """Where one symbol is named: positions in the data and in the PLT relocations."""

    data: list[int] = field(default_factory=list)
    plt: list[int] = field(default_factory=list)
    copy: bool = False


def symbol_uses(dynamic: DynamicSection) -> dict[int, Uses]:
    """Symbol index -> its relocations, in table order."""
    uses: dict[int, Uses] = {}
    copy_type = machine(dynamic.layout.machine).copy_relocation
    plt_address, plt_size = dynamic.value(dt.DT_JMPREL), dynamic.value(dt.DT_PLTRELSZ) or 0
    position = 0
    for tag, size_tag, count_tag, words in (
        (dt.DT_REL, dt.DT_RELSZ, dt.DT_RELCOUNT, 2),
        (dt.DT_RELA, dt.DT_RELASZ, dt.DT_RELACOUNT, 3),
    ):
        address, size = dynamic.value(tag), dynamic.value(size_tag) or 0
        if address is None:
            continue
        if plt_address is not None and address + size == plt_address + plt_size:
            size -= plt_size  # some linkers count the PLT's part in (glibc dynamic-link.h)
        relative = dynamic.value(count_tag) or 0
        for index, symbol, kind in _symbolic(dynamic, tag, size, words, relative):
            use = uses.setdefault(symbol, Uses())
            use.data.append(position + index)
            use.copy = use.copy or kind == copy_type
        position += size
    if plt_address is not None:
        words = 3 if dynamic.value(dt.DT_PLTREL) == dt.DT_RELA else 2
        for index, symbol, _ in _symbolic(dynamic, dt.DT_JMPREL, plt_size, words, 0):
            uses.setdefault(symbol, Uses()).plt.append(index)
    if dynamic.layout.machine == EM_MIPS:
        _add_mips_got(dynamic, uses, position)
    return uses


def _symbolic(
    dynamic: DynamicSection, tag: int, size: int, words: int, skip: int
) -> list[tuple[int, int, int]]:
    """(position, symbol index, type) of each relocation in a table that names a symbol."""
    layout = dynamic.layout
    wide = layout.bits == 64
    entry = words * (8 if wide else 4)
    base, size = dynamic.value(tag) or 0, min(size, MAX_BYTES)
    # MIPS64's r_info is a 32-bit symbol followed by four bytes, whatever the byte order
    swapped = wide and layout.machine == EM_MIPS and layout.image.byte_order == "little"
    shift, mask = (32, 0xFFFFFFFF) if wide else (8, 0xFF)
    floor = 1 << shift
    found: list[tuple[int, int, int]] = []
    start = max(skip, 0) * entry
    while start < size:
        raw = layout.image.read(base + start, min(_CHUNK, size - start))
        infos = array("Q" if wide else "I", raw[: len(raw) - len(raw) % entry])[1::words]
        if (sys.byteorder == "little") != (layout.image.byte_order == "little"):
            infos.byteswap()
        if swapped:
            infos = array("Q", ((i & 0xFFFFFFFF) << 32 | i >> 32 for i in infos))
        for index, info in enumerate(infos, start // entry):
            if info >= floor:
                found.append((index, info >> shift, info & mask))
        if len(found) > MAX_SYMBOLIC:
            raise MalformedBinaryError(
                f"more than {MAX_SYMBOLIC} relocations name a symbol",
                next_step="the file is damaged; build it again",
            )
        if len(raw) < _CHUNK:
            break
        start += _CHUNK
    return found


def _add_mips_got(dynamic: DynamicSection, uses: dict[int, Uses], position: int) -> None:
    """MIPS resolves the symbols from DT_MIPS_GOTSYM on with no relocation (MIPS psABI, "GOT")."""
    first, count = dynamic.value(dt.DT_MIPS_GOTSYM), dynamic.value(dt.DT_MIPS_SYMTABNO)
    if first is None or count is None:
        return
    for symbol in range(first, min(count, first + MAX_SYMBOLIC)):
        uses.setdefault(symbol, Uses()).data.append(position + symbol)
