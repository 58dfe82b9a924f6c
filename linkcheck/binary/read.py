"""`read_facts`: one program file in, one BinaryFacts out."""

from __future__ import annotations

import mmap
import os
import stat
from typing import Final

from linkcheck.binary.elf.layout import ElfLayout, read_layout
from linkcheck.binary.elf.program import elf_platform, is_upx_packed, read_program
from linkcheck.binary.image import Bytes, let_go
from linkcheck.binary.libc import libc_of
from linkcheck.binary.sniff import sniff
from linkcheck.errors import (
    LinkcheckError,
    MalformedBinaryError,
    NotAProgramError,
    UnreadableFileError,
)
from linkcheck.model.facts import BinaryFacts, ElfFacts, GoFacts

_HEAD: Final = 4096


def read_facts(path: str | os.PathLike[str]) -> BinaryFacts:
    """Read the program at `path` without executing it.

    Returns everything the file says of itself; what could not be read stands in `gaps`.
    Raises only linkcheck's own errors: UnreadableFileError (not there, a folder, no
    permission), NotAProgramError (script, archive, object file, ...), MalformedBinaryError.
    Memory stays under about 170 MB whatever the file says (a real program of 90 MB: 65 MB).
    """
    name = os.fspath(path)
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UnreadableFileError(f"{name}: {reason}", next_step=_remedy(error)) from error
    try:
        status = os.fstat(descriptor)
        _refuse_non_files(name, status)
        with mmap.mmap(descriptor, status.st_size, access=mmap.ACCESS_READ) as data:
            facts = read_bytes(name, data, status.st_size)
    except OSError as error:
        raise UnreadableFileError(
            f"{name}: {error.strerror or error}", next_step="check the file and its disk"
        ) from error
    finally:
        os.close(descriptor)
    return facts._replace(mode=stat.S_IMODE(status.st_mode))


def read_bytes(name: str, data: Bytes, size: int) -> BinaryFacts:
    """`read_facts` on bytes that are at hand; `name` is used in messages alone."""
    kind = sniff(data[:_HEAD], size)
    try:
        if kind.name == "elf":
            return _read_elf(name, data, size)
        if kind.name == "macho":
            from linkcheck.binary.macho import read_macho  # noqa: PLC0415 - rare, keeps ELF fast

            return read_macho(name, data, size)
        if kind.name == "pe":
            from linkcheck.binary.pe import read_pe  # noqa: PLC0415 - rare, keeps ELF fast

            return read_pe(name, data, size)
    except LinkcheckError as error:
        if error.message.startswith(name):
            raise
        # the readers of single tables do not know whose they are
        raise MalformedBinaryError(f"{name}: {error.message}", next_step=error.next_step) from error
    except Exception as error:  # the last line of defence: no other exception leaves the reader
        raise MalformedBinaryError(
            f"{name}: can't be read ({type(error).__name__}: {error})",
            next_step="the file is damaged; build it again, or report it if it runs",
        ) from error
    raise NotAProgramError(f"{name}: {kind.description}, not a program", next_step=kind.next_step)


def _read_elf(name: str, data: Bytes, size: int) -> BinaryFacts:
    layout = read_layout(name, data, size)
    elf = read_program(name, layout)
    let_go(data)
    packer = "UPX" if is_upx_packed(layout) else None
    go, gaps = _read_go(layout) if packer is None else (None, ())
    if packer:
        gaps = (f"packed by {packer}: the real program is hidden until unpacked",)
    return BinaryFacts(
        path=name,
        size=size,
        format="elf",
        platform=_platform(layout, elf, go),
        libc=libc_of(elf, go, layout.image),
        elf=elf,
        go=go,
        packer=packer,
        gaps=gaps,
    )


def _read_go(layout: ElfLayout) -> tuple[GoFacts | None, tuple[str, ...]]:
    from linkcheck.binary.go import read_go  # noqa: PLC0415 - its regexes load only for programs

    return read_go(layout.image)


def _platform(layout: ElfLayout, elf: ElfFacts, go: GoFacts | None) -> str:
    """The platform in OCI's words; Go's own settings beat what ELF can only hint at."""
    platform = elf_platform(layout, elf.notes, elf.interpreter)
    system, arch = platform.split("/", 1)
    if go is not None:
        system = go.setting("GOOS") or system
        arch = go.setting("GOARCH") or arch
    if arch == "arm":
        level = (go.setting("GOARM") if go else None) or ("7" if elf.machine_flags else "6")
        return f"{system}/arm/v{level.split(',')[0]}"
    return f"{system}/{arch}"


def _refuse_non_files(name: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableFileError(f"{name}: is a directory", next_step="name a program file")
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableFileError(f"{name}: not a regular file", next_step="name a program file")
    if status.st_size == 0:
        raise NotAProgramError(f"{name}: the file is empty", next_step="build or copy it again")


def _remedy(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "check the path"
    if isinstance(error, PermissionError):
        return "run as a user who may read it"
    return "name a readable program file"
