"""Small surgery on real little-endian ELF64 files, for what no linker writes."""

from __future__ import annotations

import io
import struct
from pathlib import Path

from elftools.elf.elffile import ELFFile


def section_of(path: Path, name: str) -> tuple[int, int]:
    """File offset and size of a section."""
    section = ELFFile(io.BytesIO(path.read_bytes())).get_section_by_name(name)
    assert section is not None, name
    return section["sh_offset"], section["sh_size"]


def retarget_needed(path: Path, old: str, new: str) -> None:
    """Let the DT_NEEDED of `old` name `new`, a string that .dynstr has already."""
    data = bytearray(path.read_bytes())
    strings, _ = section_of(path, ".dynstr")
    new_at = data.index(new.encode() + b"\0", strings) - strings
    at, size = section_of(path, ".dynamic")
    for entry in range(at, at + size, 16):
        tag, value = struct.unpack_from("<QQ", data, entry)
        text = bytes(data[strings + value : strings + value + len(old) + 1])
        if tag == 1 and text == old.encode() + b"\0":
            struct.pack_into("<Q", data, entry + 8, new_at)
            path.write_bytes(data)
            return
    raise AssertionError(f"no DT_NEEDED {old}")


def drop_version_need(path: Path, version: str) -> None:
    """Rename the Vernaux of `version` to its predecessor in the list, hash and all."""
    data = bytearray(path.read_bytes())
    strings, _ = section_of(path, ".dynstr")
    at, _ = section_of(path, ".gnu.version_r")
    while True:
        aux = at + struct.unpack_from("<I", data, at + 8)[0]
        entries = []
        while True:
            entries.append(aux)
            following = struct.unpack_from("<I", data, aux + 12)[0]
            if not following:
                break
            aux += following
        names = []
        for entry in entries:
            start = strings + struct.unpack_from("<I", data, entry + 8)[0]
            names.append(bytes(data[start : data.index(0, start)]).decode())
        if version in names:
            bad = entries[names.index(version)]
            good = next(e for e, n in zip(entries, names, strict=True) if n != version)
            data[bad : bad + 4] = data[good : good + 4]
            data[bad + 8 : bad + 12] = data[good + 8 : good + 12]
            path.write_bytes(data)
            return
        following = struct.unpack_from("<I", data, at + 12)[0]
        assert following, f"no version need {version}"
        at += following


def add_tag(data: bytes, tag: int, *, copy_of: int) -> bytes:
    """Turn DT_DEBUG, which no loader needs, into `tag` with the value that `copy_of` has."""
    patched = bytearray(data)
    section = ELFFile(io.BytesIO(data)).get_section_by_name(".dynamic")
    assert section is not None
    places: dict[int, tuple[int, int]] = {}
    for at in range(section["sh_offset"], section["sh_offset"] + section["sh_size"], 16):
        number, value = struct.unpack_from("<QQ", data, at)
        places.setdefault(number, (at, value))
    struct.pack_into("<QQ", patched, places[21][0], tag, places[copy_of][1])
    return bytes(patched)
