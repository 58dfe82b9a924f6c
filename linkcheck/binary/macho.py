"""Mach-O: platform, Go facts and libraries (<mach-o/loader.h>, <mach-o/fat.h>)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import Struct, error
from typing import Literal

from linkcheck.binary.go import read_go
from linkcheck.binary.image import Bytes, ProgramImage, Section, Segment
from linkcheck.errors import LinkcheckError, MalformedBinaryError, NotAProgramError
from linkcheck.model.facts import BinaryFacts, LibcFacts

_MAGICS: dict[bytes, tuple[Literal["little", "big"], Literal[4, 8]]] = {
    b"\xfe\xed\xfa\xce": ("big", 4),
    b"\xce\xfa\xed\xfe": ("little", 4),
    b"\xfe\xed\xfa\xcf": ("big", 8),
    b"\xcf\xfa\xed\xfe": ("little", 8),
}
_FAT = {b"\xca\xfe\xba\xbe": Struct(">iiIII"), b"\xca\xfe\xba\xbf": Struct(">iiQQII")}
_MAX_SLICES = 44  # see linkcheck.binary.sniff: 45 and more would be a Java class

# <mach/machine.h> CPU_TYPE_*, in Go's words
_CPUS = {
    7: "386", 0x01000007: "amd64", 12: "arm", 0x0100000C: "arm64", 0x0200000C: "arm64_32",
    18: "ppc", 0x01000012: "ppc64",
}  # fmt: skip

_NO_PROGRAMS = {
    1: "a Mach-O object file",
    4: "a Mach-O core dump",
    9: "a stub of a Mach-O library",
    10: "the debug symbols of a Mach-O program (dSYM)",
}

_LC_SEGMENTS = {0x1: 4, 0x19: 8}
_LC_DYLIBS = frozenset({0xC, 0x80000018, 0x8000001F, 0x20, 0x80000023})
_LC_VERSION_MIN = {0x24: "darwin", 0x25: "ios", 0x2F: "tvos", 0x30: "watchos"}
_LC_BUILD_VERSION = 0x32
_PLATFORMS = {1: "darwin", 2: "ios", 3: "tvos", 4: "watchos", 6: "darwin", 7: "ios"}
_VM_PROT_WRITE, _VM_PROT_EXECUTE = 2, 4
_S_ZEROFILL = frozenset({1, 12, 18})
_MAX_COMMANDS = 10_000
_MAX_SECTIONS = 10_000


@dataclass(slots=True)
class _Slice:
    """One architecture's program: file range [start, end), and what its load commands say."""

    start: int
    end: int
    cpu: str
    order: Literal["little", "big"]
    word: Literal[4, 8]
    system: str = "darwin"
    segments: list[Segment] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    needed: list[str] = field(default_factory=list)

    @property
    def platform(self) -> str:
        return f"{self.system}/{self.cpu}"


def read_macho(path: str, data: Bytes, size: int) -> BinaryFacts:
    """What the Mach-O file at `path` says of itself; of a universal one, its first program.

    Raises MalformedBinaryError, or NotAProgramError for object files, dSYMs and core dumps.
    """
    programs, gaps = _programs(path, data, size)
    first = programs[0]
    go, go_gaps = read_go(_image(first, data, size))
    if len(programs) > 1:
        others = ", ".join(program.platform for program in programs[1:])
        gaps = (*gaps, f"universal file: only {first.platform} was read; also in it: {others}")
    system = (go.setting("GOOS") if go else None) or first.system
    return BinaryFacts(
        path=path,
        size=size,
        format="macho",
        platform=f"{system}/{first.cpu}",
        libc=LibcFacts("unknown", evidence="Mach-O: Apple's libSystem, no C library of Linux"),
        go=go,
        needed=tuple(first.needed),
        gaps=(*gaps, *go_gaps),
    )


def macho_image(path: str, data: Bytes, size: int) -> ProgramImage:
    """The memory map of the (first) program in the file. Raises as `read_macho` does."""
    return _image(_programs(path, data, size)[0][0], data, size)


def _image(program: _Slice, data: Bytes, size: int) -> ProgramImage:
    return ProgramImage(
        data, size, program.order, program.word, tuple(program.segments), tuple(program.sections)
    )


def _programs(path: str, data: Bytes, size: int) -> tuple[list[_Slice], tuple[str, ...]]:
    ranges = list(_ranges(path, data, size))
    found: list[_Slice] = []
    failures: list[LinkcheckError] = []
    for start, end in ranges:
        try:
            found.append(_read_slice(path, data, start, end))
        except LinkcheckError as failure:
            failures.append(failure)
    if not found:
        raise failures[0]
    return found, tuple(failure.message.removeprefix(f"{path}: ") for failure in failures)


def _ranges(path: str, data: Bytes, size: int) -> Iterator[tuple[int, int]]:
    entry = _FAT.get(data[:4])
    if entry is None:
        yield 0, size
        return
    count = int.from_bytes(data[4:8])
    if not 0 < count <= _MAX_SLICES or 8 + count * entry.size > size:
        raise _malformed(path, f"its universal header lists {count} programs that can't be there")
    for index in range(count):
        _, _, start, length, *_ = entry.unpack_from(data, 8 + index * entry.size)
        if start + length > size or length < 28:
            raise _malformed(path, f"program {index + 1} of its universal header lies outside it")
        yield start, start + length


def _read_slice(path: str, data: Bytes, start: int, end: int) -> _Slice:
    magic = data[start : start + 4]
    if magic == b"!<ar":
        raise NotAProgramError(
            f"{path}: a static library for macOS, not a program",
            next_step="link it into a program first, and name that",
        )
    if magic not in _MAGICS:
        raise _malformed(path, "a program of its universal header is no Mach-O file")
    order, word = _MAGICS[magic]
    head = _struct(order, "7I")
    if end - start < head.size:
        raise _malformed(path, "the file ends inside its Mach-O header")
    _, cpu, _, kind, count, commands_size, _ = head.unpack_from(data, start)
    if kind in _NO_PROGRAMS:
        raise NotAProgramError(
            f"{path}: {_NO_PROGRAMS[kind]}, not a program", next_step="name the linked program"
        )
    program = _Slice(start, end, _CPUS.get(cpu, f"cpu {cpu:#x}"), order, word)
    at = start + (32 if word == 8 else 28)
    if count > _MAX_COMMANDS or at + commands_size > end:
        raise _malformed(path, "its load commands lie outside the file")
    commands = data[at : at + commands_size]
    try:
        _read_commands(program, commands, count)
    except (error, ValueError) as failure:
        raise _malformed(path, f"its load commands contradict themselves ({failure})") from failure
    return program


def _read_commands(program: _Slice, commands: bytes, count: int) -> None:
    pair = _struct(program.order, "2I")
    at = 0
    for _ in range(count):
        command, length = pair.unpack_from(commands, at)
        if length < pair.size or at + length > len(commands):
            raise ValueError(f"a command of {length} bytes")
        body = commands[at : at + length]
        if _LC_SEGMENTS.get(command) == program.word:
            _read_segment(program, body)
        elif command in _LC_DYLIBS:
            (name_at,) = _struct(program.order, "I").unpack_from(body, 8)
            program.needed.append(_text(body[name_at:]))
        elif command in _LC_VERSION_MIN:
            program.system = _LC_VERSION_MIN[command]
        elif command == _LC_BUILD_VERSION:
            (platform,) = _struct(program.order, "I").unpack_from(body, 8)
            program.system = _PLATFORMS.get(platform, "darwin")
        at += length


def _read_segment(program: _Slice, body: bytes) -> None:
    wide = program.word == 8
    head = _struct(program.order, "2I16s4Q4I" if wide else "2I16s4I4I")
    entry = _struct(program.order, "16s16s2Q8I" if wide else "16s16s2I7I")
    _, _, name, address, _, offset, length, _, protection, count, _ = head.unpack_from(body)
    if count > _MAX_SECTIONS - len(program.sections) or head.size + count * entry.size > len(body):
        raise ValueError(f"a segment of {count} sections")
    kept = _inside(program, offset, length)
    if kept and _text(name) != "__PAGEZERO":
        writable, executable = protection & _VM_PROT_WRITE, protection & _VM_PROT_EXECUTE
        program.segments.append(
            Segment(address, program.start + offset, kept, bool(writable), bool(executable))
        )
    for index in range(count):
        section = entry.unpack_from(body, head.size + index * entry.size)
        name, _, address, length, offset, *_ = section
        kept = _inside(program, offset, length)
        if kept and section[8] & 0xFF not in _S_ZEROFILL:
            program.sections.append(Section(_text(name), address, program.start + offset, kept))


def _inside(program: _Slice, offset: int, length: int) -> int:
    return max(0, min(length, program.end - program.start - offset))


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode(errors="replace")


def _struct(order: Literal["little", "big"], layout: str) -> Struct:
    return Struct(("<" if order == "little" else ">") + layout)


def _malformed(path: str, cause: str) -> MalformedBinaryError:
    return MalformedBinaryError(
        f"{path}: {cause}", next_step="the file is damaged or cut short; build or copy it again"
    )
