"""What a file is by its first bytes, in words that a user understands.

Magic numbers are those of file(1) and of each format's own specification.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of file: `name` for code ("elf", "macho", "pe", "script", "archive", ...).

    `description` completes "FILE: ..., not a program"; `next_step` is an imperative, or "".
    """

    name: str
    description: str
    next_step: str = ""


ELF = Kind("elf", "an ELF file")
MACHO = Kind("macho", "a Mach-O file (macOS)")
PE = Kind("pe", "a PE file (Windows)")
EMPTY = Kind("empty", "an empty file", "build or copy it again")
UNKNOWN = Kind("unknown", "a file of no known kind", "name a compiled program")

_UNPACK = "unpack it first, and name the program in it"
_LINK = "link it into a program first, and name that"
_CONTAINER_SAVE = (
    "unpack it first, and name the program in it (is it an image? that is a REF, not a PATH)"
)

_PREFIXES: tuple[tuple[bytes, Kind], ...] = (
    (b"\x7fELF", ELF),
    (b"\xfe\xed\xfa\xce", MACHO),  # <mach-o/loader.h> MH_MAGIC and its swapped and 64-bit forms
    (b"\xce\xfa\xed\xfe", MACHO),
    (b"\xfe\xed\xfa\xcf", MACHO),
    (b"\xcf\xfa\xed\xfe", MACHO),
    (b"\xca\xfe\xba\xbf", MACHO),  # <mach-o/fat.h> FAT_MAGIC_64; FAT_MAGIC is also Java's
    (b"!<arch>\n__.PKGDEF", Kind("go-archive", "a compiled Go package", _LINK)),
    (b"!<arch>\n_go_.o", Kind("go-archive", "a compiled Go package", _LINK)),
    (b"!<arch>\ndebian-binary", Kind("archive", "a Debian package", _UNPACK)),
    (b"!<arch>\n", Kind("archive", "a static library (ar archive)", _LINK)),
    (b"!<thin>\n", Kind("archive", "a thin static library (ar archive)", _LINK)),
    (b"go object ", Kind("go-object", "a Go object file", _LINK)),
    (b"BC\xc0\xde", Kind("llvm-bitcode", "LLVM bitcode", _LINK)),
    (b"\xde\xc0\x17\x0b", Kind("llvm-bitcode", "LLVM bitcode", _LINK)),
    (b"PK\x03\x04", Kind("archive", "a zip archive (or .jar, .whl)", _UNPACK)),
    (b"PK\x05\x06", Kind("archive", "an empty zip archive", "name a compiled program")),
    (b"\x1f\x8b", Kind("archive", "a gzip archive", _UNPACK)),
    (b"\xfd7zXZ\0", Kind("archive", "an xz archive", _UNPACK)),
    (b"\x28\xb5\x2f\xfd", Kind("archive", "a zstd archive", _UNPACK)),
    (b"BZh", Kind("archive", "a bzip2 archive", _UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", Kind("archive", "a 7-Zip archive", _UNPACK)),
    (b"\x04\x22\x4d\x18", Kind("archive", "an lz4 archive", _UNPACK)),
    (b"\xed\xab\xee\xdb", Kind("archive", "an RPM package", _UNPACK)),
    (b"hsqs", Kind("archive", "a squashfs image", _UNPACK)),
    (b"\0asm", Kind("wasm", "a WebAssembly module", "run it in a WebAssembly runtime; build "
                    "with GOOS=linux for a container")),
    (b"\x01\xdf", Kind("xcoff", "an AIX file (XCOFF)", "build with GOOS=linux")),
    (b"\x01\xf7", Kind("xcoff", "an AIX file (XCOFF)", "build with GOOS=linux")),
    (b"\x00\x00\x01\xeb", Kind("plan9", "a Plan 9 program", "build with GOOS=linux")),
    (b"\x00\x00\x8a\x97", Kind("plan9", "a Plan 9 program", "build with GOOS=linux")),
    (b"\x00\x00\x06\x47", Kind("plan9", "a Plan 9 program", "build with GOOS=linux")),
    (b"version https://git-lfs", Kind("lfs", "a Git LFS pointer", "fetch it with `git lfs pull`")),
)  # fmt: skip

# <mach-o/fat.h>: the word behind FAT_MAGIC counts slices; in a Java class it holds the class
# file version, 45 at least.
_FAT_MAGIC = b"\xca\xfe\xba\xbe"
_JAVA_OLDEST = 45

_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "fish"})
_LANGUAGES = {
    "python": "Python",
    "perl": "Perl",
    "ruby": "Ruby",
    "node": "JavaScript",
    "php": "PHP",
}

# PE specification, "Machine Types"
_COFF_MACHINES = frozenset({0x14C, 0x8664, 0xAA64, 0x1C4})


def sniff(head: bytes, size: int) -> Kind:
    """The kind of a file that begins with `head` (4096 bytes, or all of it) and has `size` bytes.

    Never raises. A name says no more than the first bytes do: an ELF file may be an object file.
    """
    if size == 0 or not head:
        return EMPTY
    if head.startswith(b"#!"):
        return _script(head)
    if head.startswith(b"MZ"):
        return _mz(head, size)
    if head.startswith(_FAT_MAGIC) and len(head) >= 8:
        count = int.from_bytes(head[4:8])
        java = Kind("java", "a Java class", "run it with java")
        return java if count >= _JAVA_OLDEST else MACHO
    kind = next((kind for magic, kind in _PREFIXES if head.startswith(magic)), None)
    if kind is not None:
        return kind
    if head[257:262] == b"ustar":
        return Kind("archive", "a tar archive", _CONTAINER_SAVE)
    if _is_coff(head, size):
        return Kind("coff-object", "a Windows object file (COFF)", _LINK)
    return _text(head) or UNKNOWN


def _script(head: bytes) -> Kind:
    words = head[2:].split(b"\n", 1)[0].decode(errors="replace").split()
    line = " ".join(words)[:80]
    names = [word.rsplit("/", 1)[-1] for word in words if not word.startswith("-")]
    if names[:1] == ["env"]:
        names = [name for name in names[1:] if "=" not in name]
    name = names[0] if names else ""
    language = _LANGUAGES.get(re.sub(r"[\d.]+$", "", name))
    article = (
        "a shell script" if name in _SHELLS
        else f"a {language} script" if language
        else "a script"
    )  # fmt: skip
    step = "name the program that it starts" + (f", or its interpreter ({name})" if name else "")
    return Kind("script", f"{article} (#!{line})", step)


def _mz(head: bytes, size: int) -> Kind:
    # PE specification, "MS-DOS Stub": the offset of the signature stands at 0x3c
    at = int.from_bytes(head[0x3C:0x40], "little") if len(head) >= 0x40 else 0
    if at and (head[at : at + 4] == b"PE\0\0" or len(head) <= at < size):
        return PE
    return Kind("dos", "an MS-DOS program, or a damaged Windows one", "build with GOOS=linux")


def _is_coff(head: bytes, size: int) -> bool:
    if len(head) < 20:
        return False
    machine = int.from_bytes(head[:2], "little")
    sections = int.from_bytes(head[2:4], "little")
    optional = int.from_bytes(head[16:18], "little")
    return (
        machine in _COFF_MACHINES and sections > 0 and not optional and 20 + 40 * sections <= size
    )


def _text(head: bytes) -> Kind | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Kind("text", "a text file (UTF-16)", "name a compiled program")
    try:
        # the last character may be cut in two
        words = head.decode() if len(head) < 4 else head[:-3].decode(errors="strict")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 6:
            return None
        words = head[: error.start].decode()
    if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", words):
        return None
    if re.match(r"\ufeff?\s*<(!doctype html|html)", words, re.IGNORECASE):
        return Kind("text", "a web page", "check the download")
    return Kind("text", "a text file", "name a compiled program")
