"""An ELF program -> ElfFacts: what kernel and loader will act upon."""

from __future__ import annotations

from typing import Final, Literal

from linkcheck.binary.elf import dynamic as dt
from linkcheck.binary.elf.dynamic import NO_TABLES, DynamicSection, read_dynamic
from linkcheck.binary.elf.layout import (
    PF_X,
    PT_GNU_RELRO,
    PT_GNU_STACK,
    PT_INTERP,
    PT_LOAD,
    PT_OPENBSD,
    ElfLayout,
)
from linkcheck.binary.elf.machines import EM_ARM, architecture, machine_name
from linkcheck.binary.elf.notes import read_notes
from linkcheck.errors import MalformedBinaryError, NotAProgramError
from linkcheck.model.facts import ElfFacts, Linkage, Notes

ET_REL, ET_EXEC, ET_DYN, ET_CORE = 1, 2, 3, 4
PATH_MAX: Final = 4096
EF_ARM_ABI_FLOAT_HARD, EF_ARM_ABI_FLOAT_SOFT = 0x400, 0x200
_OS_BY_ABI: Final = {1: "hpux", 2: "netbsd", 6: "solaris", 9: "freebsd", 12: "openbsd", 97: "arm"}
_OS_BY_VENDOR: Final = {
    "FreeBSD": "freebsd",
    "NetBSD": "netbsd",
    "OpenBSD": "openbsd",
    "DragonFly": "dragonfly",
    "Android": "android",
    "SUNW Solaris": "solaris",
}


def read_program(path: str, layout: ElfLayout) -> ElfFacts:
    """The facts of an executable.

    Raises NotAProgramError for object files, core files and shared libraries, and
    MalformedBinaryError where the loadable parts lie outside the file.
    """
    _refuse_other_types(path, layout)
    _refuse_truncated(path, layout)
    interpreter, refusal = _interpreter(layout)
    dynamic = read_dynamic(layout)
    linkage = _linkage(path, layout, dynamic, interpreter)
    tables = NO_TABLES
    if interpreter is not None and dynamic is not None:
        # a static program costs nothing here, not even the import
        from linkcheck.binary.elf.tables import read_tables  # noqa: PLC0415

        tables = read_tables(dynamic)
    stack = layout.of_type(PT_GNU_STACK)
    return ElfFacts(
        bits=layout.bits,
        byte_order=layout.image.byte_order,
        machine=layout.machine,
        machine_name=machine_name(layout.machine, layout.bits, layout.image.byte_order),
        os_abi=layout.os_abi,
        elf_type="EXEC" if layout.elf_type == ET_EXEC else "DYN",
        linkage=linkage,
        interpreter=interpreter,
        soname=dynamic.text_of(dt.DT_SONAME) if dynamic else None,
        needed=dynamic.needed if dynamic else (),
        rpath=dynamic.text_of(dt.DT_RPATH) if dynamic else None,
        runpath=dynamic.text_of(dt.DT_RUNPATH) if dynamic else None,
        dt_flags=(dynamic.value(dt.DT_FLAGS) or 0) if dynamic else 0,
        dt_flags_1=(dynamic.value(dt.DT_FLAGS_1) or 0) if dynamic else 0,
        bind_now=dynamic.bind_now if dynamic else False,
        version_needs=tables.version_needs,
        undefined=tables.undefined,
        has_relr=dynamic is not None and dynamic.value(dt.DT_RELR) is not None,
        exec_stack=bool(stack[-1].flags & PF_X) if stack else None,
        relro=_relro(layout, dynamic),
        e_flags=layout.flags,
        machine_flags=_machine_flags(layout),
        notes=read_notes(layout),
        exported=tables.exported,
        kernel_refusal=refusal or _header_refusal(layout),
    )


def elf_platform(layout: ElfLayout, notes: Notes, interpreter: str | None) -> str:
    """ "linux/amd64" and the like, as far as ELF itself tells; Go's build settings know better."""
    system = _OS_BY_VENDOR.get(notes.vendor or "") or _OS_BY_ABI.get(layout.os_abi, "linux")
    if any(h.type in PT_OPENBSD for h in layout.headers):
        system = "openbsd"
    if interpreter is not None:
        if interpreter.startswith("/system/bin/linker"):
            system = "android"
        elif interpreter.startswith(("/libexec/ld-elf.so", "/usr/libexec/ld-elf")):
            system = "freebsd" if system == "linux" else system
        elif interpreter == "/usr/libexec/ld.so":
            system = "openbsd"
    arch = architecture(layout.machine, layout.bits, layout.image.byte_order)
    return f"{system}/{arch}"


def _refuse_other_types(path: str, layout: ElfLayout) -> None:
    if layout.elf_type == ET_REL:
        raise NotAProgramError(
            f"{path}: an object file (.o, .syso), not a program",
            next_step="link it first; for Go name the output of `go build`",
        )
    if layout.elf_type == ET_CORE:
        raise NotAProgramError(
            f"{path}: a core dump, not a program", next_step="name the program that dumped it"
        )
    if layout.elf_type not in (ET_EXEC, ET_DYN):
        raise NotAProgramError(
            f"{path}: ELF type {layout.elf_type:#x} is no program",
            next_step="name an executable file",
        )


def _refuse_truncated(path: str, layout: ElfLayout) -> None:
    for header in layout.of_type(PT_LOAD):
        end = header.offset + header.size
        if end > layout.image.size:
            raise MalformedBinaryError(
                f"{path}: cut short: a segment ends at byte {end}, "
                f"the file has {layout.image.size}",
                next_step="copy or build it again",
            )
    if not layout.of_type(PT_LOAD):
        raise MalformedBinaryError(
            f"{path}: no loadable segment inside the file",
            next_step="it is a debug-symbol file or damaged; name the program itself",
        )


def _interpreter(layout: ElfLayout) -> tuple[str | None, str]:
    """PT_INTERP by the kernel's rules (binfmt_elf.c): the path, and why exec refuses it."""
    headers = layout.of_type(PT_INTERP)
    if not headers:
        return None, ""
    header = headers[0]
    raw = layout.image.data[header.offset : header.offset + min(header.size, PATH_MAX)]
    path = raw.split(b"\0", 1)[0].decode("utf-8", "backslashreplace")
    if not 2 <= header.size <= PATH_MAX:
        return path, f"PT_INTERP is {header.size} bytes long"
    if len(raw) < header.size or raw[-1:] != b"\0":
        return path, "PT_INTERP does not end in a NUL byte"
    return path, ""


def _header_refusal(layout: ElfLayout) -> str:
    expected = 56 if layout.bits == 64 else 32
    if layout.header_entry_size != expected:
        return f"e_phentsize is {layout.header_entry_size}, not {expected}"
    if layout.header_count * expected > 65536:
        return f"{layout.header_count} program headers are more than 64 KiB"
    return ""


def _linkage(
    path: str, layout: ElfLayout, dynamic: DynamicSection | None, interpreter: str | None
) -> Linkage:
    if layout.elf_type == ET_EXEC:
        return "dynamic" if interpreter is not None else "static"
    if interpreter is not None:
        return "dynamic-pie"
    flags = (dynamic.value(dt.DT_FLAGS_1) or 0) if dynamic else 0
    soname = dynamic is not None and dynamic.value(dt.DT_SONAME) is not None
    is_library = layout.entry == 0 or soname or (dynamic is not None and bool(dynamic.needed))
    if not flags & dt.DF_1_PIE and is_library:
        raise NotAProgramError(
            f"{path}: a shared library (or Go plugin), not a program",
            next_step="name the program that loads it",
        )
    return "static-pie"


def _relro(layout: ElfLayout, dynamic: DynamicSection | None) -> Literal["none", "partial", "full"]:
    if not layout.of_type(PT_GNU_RELRO):
        return "none"
    return "full" if dynamic is not None and dynamic.bind_now else "partial"


def _machine_flags(layout: ElfLayout) -> tuple[str, ...]:
    if layout.machine != EM_ARM:
        return ()
    if layout.flags & EF_ARM_ABI_FLOAT_HARD:
        return ("hard-float",)
    return ("soft-float",) if layout.flags & EF_ARM_ABI_FLOAT_SOFT else ()


def is_upx_packed(layout: ElfLayout) -> bool:
    """Whether UPX's `l_info` ("UPX!") follows the program headers (UPX, include/linux.h)."""
    headers_end = (64 if layout.bits == 64 else 52) + layout.header_count * layout.header_entry_size
    head = layout.image.data[headers_end : headers_end + 64]
    if b"UPX!" in head:
        return True
    tail = layout.image.data[max(0, layout.image.size - 64) :]
    return len(layout.headers) <= 4 and b"UPX!" in tail
