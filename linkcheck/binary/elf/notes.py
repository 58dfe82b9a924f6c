"""PT_NOTE: who built the file for what. pyelftools decodes; a bound on bytes keeps it honest."""

from __future__ import annotations

import io
import json
from itertools import islice
from types import SimpleNamespace
from typing import Any, Final

from elftools.common.exceptions import ELFError
from elftools.construct import ConstructError
from elftools.elf.notes import iter_notes

from linkcheck.binary.elf.layout import PT_NOTE, ElfLayout
from linkcheck.model.facts import DlopenNote, Notes

MAX_NOTE_BYTES: Final = 64 << 10  # of one PT_NOTE segment
MAX_NOTES: Final = 1024  # of the file; each is decoded by itself
MAX_DLOPEN: Final = 1024
NT_FDO_DLOPEN: Final = 0x407C0C0A  # uapi-group.org, "ELF dlopen metadata"
GNU_PROPERTY_X86_ISA_1_NEEDED: Final = 0xC0008002
_KERNEL_NOTE_TYPES: Final = {1, "NT_GNU_ABI_TAG", "NT_PRSTATUS"}
_OS_OWNERS: Final = frozenset(
    {"FreeBSD", "NetBSD", "OpenBSD", "DragonFly", "Android", "SUNW Solaris"}
)


def read_notes(layout: ElfLayout) -> Notes:
    """All notes that matter here; a damaged note ends its segment and is no error."""
    notes = Notes()
    left = MAX_NOTES
    for header in layout.of_type(PT_NOTE):
        if left <= 0:
            break
        raw = layout.image.data[header.offset : header.offset + min(header.size, MAX_NOTE_BYTES)]
        # iter_notes() wants an ELFFile and uses nothing of it but these two
        source: Any = SimpleNamespace(
            structs=layout.structs, stream=io.BytesIO(raw), elfclass=layout.bits
        )
        try:
            for note in islice(iter_notes(source, 0, len(raw)), left):
                left -= 1
                notes = _with(notes, note, layout)
        except (ELFError, ConstructError, ValueError, KeyError, TypeError, OverflowError):
            continue
    return notes


def _with(notes: Notes, note: Any, layout: ElfLayout) -> Notes:
    owner, kind, desc = note["n_name"], note["n_type"], note["n_desc"]
    if owner == "GNU":
        if kind == "NT_GNU_ABI_TAG":
            system = str(desc["abi_os"]).removeprefix("ELF_NOTE_OS_").lower()
            kernel = (int(desc["abi_major"]), int(desc["abi_minor"]), int(desc["abi_tiny"]))
            return notes._replace(abi_os=system, abi_kernel=kernel)
        if kind == "NT_GNU_BUILD_ID":
            return notes._replace(build_id=str(desc))
        if kind == "NT_GNU_PROPERTY_TYPE_0":
            return notes._replace(isa_needed=_isa(note["n_descdata"], layout) or notes.isa_needed)
    if owner == "Go":
        text = bytes(note["n_descdata"]).decode("ascii", "backslashreplace")
        return notes._replace(go_build_id=text)
    if owner == "FDO" and kind in (NT_FDO_DLOPEN, str(NT_FDO_DLOPEN)):
        dlopen = (*notes.dlopen, *_dlopen(note["n_descdata"]))
        return notes._replace(dlopen=dlopen[:MAX_DLOPEN])
    if owner in _OS_OWNERS and kind in _KERNEL_NOTE_TYPES:
        return notes._replace(vendor=owner)
    return notes


def _isa(properties: bytes, layout: ElfLayout) -> int | None:
    """The x86 ISA bits that must be there (x86-64 psABI, "GNU property")."""
    order = "little" if layout.order == "<" else "big"
    step, at = 8 if layout.bits == 64 else 4, 0
    while at + 8 <= len(properties):
        kind = int.from_bytes(properties[at : at + 4], order)  # type: ignore[arg-type]
        size = int.from_bytes(properties[at + 4 : at + 8], order)  # type: ignore[arg-type]
        if kind == GNU_PROPERTY_X86_ISA_1_NEEDED and size == 4:
            return int.from_bytes(properties[at + 8 : at + 12], order)  # type: ignore[arg-type]
        at += 8 + -(-size // step) * step
    return None


def _dlopen(description: bytes) -> tuple[DlopenNote, ...]:
    """The entries of one FDO note: a JSON list of objects; anything else is ignored."""
    try:
        entries = json.loads(bytes(description).rstrip(b"\0").decode("utf-8"))
    except (ValueError, RecursionError):
        return ()
    found = []
    for entry in entries if isinstance(entries, list) else ():
        names = entry.get("soname") if isinstance(entry, dict) else None
        if isinstance(names, list) and names and all(isinstance(n, str) for n in names):
            found.append(
                DlopenNote(
                    sonames=tuple(names),
                    feature=str(entry.get("feature", "")),
                    description=str(entry.get("description", "")),
                    priority=str(entry.get("priority", "recommended")),
                )
            )
    return tuple(found)
