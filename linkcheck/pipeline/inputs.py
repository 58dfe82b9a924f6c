"""From the PATHs of a command line to the program files to judge.

A file that is named is taken as it is, whatever it may be. A folder is searched for
programs, told by their first bytes: object files, core files and libraries are passed over.
"""

from __future__ import annotations

import glob
import os
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from linkcheck.model.report import Failure

_LIBRARY_NAME = re.compile(r"\.(so(\.[0-9][\w.+-]*)?|dylib|dll|debug|syso)$")
_HEAD = 64  # bytes that hold an ELF header
_MACHO_MAGICS = {
    b"\xfe\xed\xfa\xce": ">",
    b"\xfe\xed\xfa\xcf": ">",
    b"\xce\xfa\xed\xfe": "<",
    b"\xcf\xfa\xed\xfe": "<",
}


def expand(paths: Sequence[str], stdin: Iterable[str] = ()) -> Iterator[str | Failure]:
    """The files that `paths` mean, in their order, each once; a folder's in sorted order.

    `-` stands for the list on `stdin`: one path a line, or NUL-separated (`find -print0`). Names
    stay as they were given. What can't be searched, and a folder without programs, comes out as a
    Failure.
    """
    taken: set[str | Failure] = set()
    for path in paths:
        for name in _listed(stdin) if path == "-" else (path,):
            for found in _search(name) if Path(name).is_dir() else (name,):
                if found not in taken:
                    taken.add(found)
                    yield found


def expand_patterns(paths: Sequence[str]) -> Iterator[str | Failure]:
    """As `expand`, with patterns (`bin/*`) where no shell has expanded them."""
    for path in paths:
        if Path(path).exists() or not any(char in path for char in "*?["):
            yield from expand([path])
            continue
        found = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 -- absolute patterns too
        files = [one for one in found if looks_like_program(Path(one))]
        yield from files
        if not files:
            yield Failure(path, f"{path}: no program matches: build first, or mend the pattern")


def _listed(stdin: Iterable[str]) -> list[str]:
    text = "".join(stdin)
    return [name for name in (text.split("\0") if "\0" in text else text.splitlines()) if name]


def _search(folder: str) -> Iterator[str | Failure]:
    """The programs under `folder`. Links to folders are not followed, so no loop can trap it.

    A link to a file counts where the file itself was not found under `folder`.
    """
    failures: list[Failure] = []
    files: list[str] = []
    links: list[str] = []

    def refused(error: OSError) -> None:
        failures.append(Failure(str(error.filename), f"{error.filename}: {error.strerror}"))

    for parent, folders, names in os.walk(folder, onerror=refused):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(parent, name)  # noqa: PTH118 -- Path would drop a leading "./"
            (links if Path(path).is_symlink() else files).append(path)
    found = [path for path in files if looks_like_program(Path(path))]
    known = {_identity(Path(path)) for path in found}
    for link in links:
        identity = _identity(Path(link))
        if identity is not None and identity not in known and looks_like_program(Path(link)):
            known.add(identity)
            found.append(link)
    yield from sorted(found)
    yield from failures
    if not found and not failures:
        yield Failure(folder, f"{folder}: no program in this folder: name a file, or build first")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def looks_like_program(path: Path) -> bool:
    """Whether a searched file is an ELF, Mach-O or PE program, and not a library or object file.

    Told by name (`libx.so.1`) and header; never raises, an unreadable file is none.
    """
    if _LIBRARY_NAME.search(path.name):
        return False
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(_HEAD)
            if head.startswith(b"\x7fELF"):
                return _elf_program(head)
            if head[:4] in _MACHO_MAGICS:
                return _macho_program(head)
            if head.startswith(b"MZ") and len(head) == _HEAD:
                file.seek(struct.unpack_from("<I", head, 60)[0])  # e_lfanew
                return _pe_program(file.read(24))
            if head.startswith(b"\xca\xfe\xba\xbe"):
                return _fat_program(head)
    except OSError:
        pass
    return False


def _elf_program(head: bytes) -> bool:
    """ET_EXEC (2), or ET_DYN (3) with an entry point (gABI, "ELF header")."""
    if len(head) < _HEAD or head[4] not in (1, 2) or head[5] not in (1, 2):
        return False
    order = "<" if head[5] == 1 else ">"
    (elf_type,) = struct.unpack_from(order + "H", head, 16)
    (entry,) = struct.unpack_from(order + ("I" if head[4] == 1 else "Q"), head, 24)
    return bool(elf_type == 2 or (elf_type == 3 and entry != 0))


def _macho_program(head: bytes) -> bool:
    """MH_EXECUTE (2) in mach-o/loader.h."""
    if len(head) < 16:
        return False
    (file_type,) = struct.unpack_from(_MACHO_MAGICS[head[:4]] + "I", head, 12)
    return bool(file_type == 2)


def _fat_program(head: bytes) -> bool:
    """A universal Mach-O. Java classes share its magic, with 45 or more where it has a count."""
    return len(head) >= 8 and 0 < int.from_bytes(head[4:8], "big") < 45


def _pe_program(head: bytes) -> bool:
    """IMAGE_FILE_EXECUTABLE_IMAGE (0x2) without IMAGE_FILE_DLL (0x2000), in the COFF header."""
    if len(head) < 24 or not head.startswith(b"PE\0\0"):
        return False
    (characteristics,) = struct.unpack_from("<H", head, 22)
    return bool(characteristics & 0x2) and not characteristics & 0x2000
