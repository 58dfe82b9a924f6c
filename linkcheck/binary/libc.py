"""Which libc a program was built for, and the oldest glibc that accepts it."""

from __future__ import annotations

import re
from typing import Final

from linkcheck.binary.image import ProgramImage, let_go
from linkcheck.model.facts import ElfFacts, GoFacts, LibcFacts, LibcFamily

# The first entry of musl's src/errno/__strerror.h; no other libc has that text.
_MUSL_STRERROR: Final = b"No error information\0"
# glibc's csu/libc-start.c and libio: both are linked into every static glibc program.
_GLIBC_STATIC: Final = (b"FATAL: kernel too old\n\0", b"GLIBC_TUNABLES\0", b"glibc.malloc.")
_PIECE: Final = 16 << 20
# Version nodes that are not numbers, and the release that introduced them (glibc NEWS).
_ABI_NODES: Final = {
    "GLIBC_ABI_DT_RELR": (2, 36),
    "GLIBC_ABI_GNU2_TLS": (2, 42),
    "GLIBC_ABI_GNU_TLS": (2, 42),
    "GLIBC_ABI_DT_X86_64_PLT": (2, 42),
}
_RELEASE: Final = re.compile(r"GLIBC_(\d+)\.(\d+)(?:\.\d+)?\Z")
_GLIBC_LOADER: Final = re.compile(r"/(?:ld-linux[\w.-]*|ld64|ld|ld-lsb[\w-]*)\.so\.\d+\Z")


def glibc_release(version_node: str) -> tuple[int, int] | None:
    """The glibc release that introduced a node; None for GLIBC_PRIVATE and foreign nodes."""
    match = _RELEASE.match(version_node)
    if match:
        return int(match[1]), int(match[2])
    return _ABI_NODES.get(version_node)


def libc_of(elf: ElfFacts, go: GoFacts | None, image: ProgramImage) -> LibcFacts:
    """The libc of an ELF program, with what shows it."""
    if elf.interpreter is not None:
        family, evidence = _by_loader(elf)
        if family == "glibc":
            release, forced_by = _minimum(elf)
            minimum = f"{release[0]}.{release[1]}" if release else None
            return LibcFacts("glibc", minimum, forced_by, evidence)
        return LibcFacts(family, evidence=evidence)
    return _of_static(elf, go, image)


def _by_loader(elf: ElfFacts) -> tuple[LibcFamily, str]:
    interpreter = elf.interpreter or ""
    if "/ld-musl-" in interpreter:
        return "musl", f"interpreter {interpreter}"
    if _GLIBC_LOADER.search(interpreter):
        return "glibc", f"interpreter {interpreter}"
    for name in elf.needed:
        if name == "libc.so.6":
            return "glibc", f"needs {name}"
        if name.startswith("libc.musl-"):
            return "musl", f"needs {name}"
    return "unknown", f"interpreter {interpreter} belongs to no libc that is known here"


def _minimum(elf: ElfFacts) -> tuple[tuple[int, int] | None, tuple[str, ...]]:
    """The newest release among the version needs that the loader enforces, and what asks for it."""
    releases = [(glibc_release(n.version), n) for n in elf.version_needs if not n.weak]
    newest = max((r for r, _ in releases if r is not None), default=None)
    if newest is None:
        return None, ()
    users: dict[tuple[str | None, str | None], list[str]] = {}
    for symbol in elf.undefined:
        users.setdefault((symbol.version, symbol.library), []).append(symbol.name)
    forcing: list[str] = []
    for need in dict.fromkeys(need for release, need in releases if release == newest):
        names = users.get((need.version, need.library))
        unused = f"{need.version} (version need of {need.library})"
        forcing += [f"{name}@{need.version}" for name in names] if names else [unused]
    return newest, tuple(dict.fromkeys(forcing))


def _of_static(elf: ElfFacts, go: GoFacts | None, image: ProgramImage) -> LibcFacts:
    if elf.notes.abi_os is not None:
        return LibcFacts(
            "glibc", evidence="static, with the GNU ABI-tag note of glibc's start files"
        )
    if go is not None and go.setting("CGO_ENABLED") == "0" and not go.cgo_packages:
        return LibcFacts("none", evidence="CGO_ENABLED=0 and no interpreter")
    if go is not None and go.functions_read and not go.links_cgo:
        return LibcFacts("none", evidence="no function of runtime/cgo is linked")
    if _contains(image, _MUSL_STRERROR):
        return LibcFacts("musl", evidence='static, with musl\'s error text "No error information"')
    for text in _GLIBC_STATIC:
        if _contains(image, text):
            shown = text.rstrip(b"\0\n").decode()
            return LibcFacts("glibc", evidence=f'static, with glibc\'s text "{shown}"')
    return LibcFacts("unknown", evidence="static, and nothing in the file shows a libc")


def _contains(image: ProgramImage, text: bytes) -> bool:
    for start in range(0, image.size, _PIECE):
        if image.data.find(text, start, start + _PIECE + len(text)) >= 0:
            return True
        let_go(image.data)
    return False
