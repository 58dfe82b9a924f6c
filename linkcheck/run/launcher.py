"""A program of some hundred bytes that does nothing but exec another one.

bubblewrap starts programs with execvp(3), which hands what the kernel refuses with ENOEXEC to
/bin/sh: a wrong machine would then look like a shell script with syntax errors. This launcher
calls execve(2) once and, where that fails, prints MARK and exits with the errno.
"""

from __future__ import annotations

import platform
import struct
from typing import Final

MARK: Final = b"linkcheck: execve failed\n"
_BASE: Final = 0x400000
_HEADERS: Final = 64 + 56

# Linux hands over argc, argv[], NULL, envp[] on the stack (psABI, "Process Initialization").
# x86-64: execve is 59, write 1, exit_group 231; the mark lies right behind the code.
_X86_64: Final = bytes.fromhex(
    "488b3c24"  # mov rdi, [rsp]             argc
    "488d742410"  # lea rsi, [rsp+16]        &argv[1]
    "488d54fc10"  # lea rdx, [rsp+rdi*8+16]  envp
    "488b3e"  # mov rdi, [rsi]               argv[1]
    "b83b000000"  # mov eax, 59
    "0f05"  # syscall
    "f7d8"  # neg eax                        errno
    "89c3"  # mov ebx, eax
    "bf02000000"  # mov edi, 2
    "488d3515000000"  # lea rsi, [rip+21]    the mark
    "ba19000000"  # mov edx, 25              its length
    "b801000000"  # mov eax, 1
    "0f05"  # syscall
    "89df"  # mov edi, ebx
    "b8e7000000"  # mov eax, 231
    "0f05"  # syscall
)
# aarch64: execve is 221, write 64, exit_group 94
_AARCH64: Final = struct.pack(
    "<15I",
    0xF94003E0,  # ldr x0, [sp]              argc
    0x910043E1,  # add x1, sp, #16           &argv[1]
    0x8B000C22,  # add x2, x1, x0, lsl #3    envp
    0xF9400020,  # ldr x0, [x1]              argv[1]
    0xD2801BA8,  # mov x8, #221
    0xD4000001,  # svc #0
    0xCB0003F3,  # neg x19, x0               errno
    0xD2800040,  # mov x0, #2
    0x10000101,  # adr x1, #32               the mark
    0xD2800322,  # mov x2, #25               its length
    0xD2800808,  # mov x8, #64
    0xD4000001,  # svc #0
    0xAA1303E0,  # mov x0, x19
    0xD2800BC8,  # mov x8, #94
    0xD4000001,  # svc #0
)
_CODE: Final = {"x86_64": (62, _X86_64), "aarch64": (183, _AARCH64)}


def launcher(machine: str | None = None) -> bytes | None:
    """The launcher's ELF file for `machine` (default: this one's), or None where there is none."""
    found = _CODE.get(machine or platform.machine())
    if found is None:
        return None
    number, code = found
    body = code + MARK
    size = _HEADERS + len(body)
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01",
        2,  # ET_EXEC
        number,
        1,
        _BASE + _HEADERS,
        64,
        0,
        0,
        64,
        56,
        1,
        0,
        0,
        0,
    )
    load = struct.pack("<IIQQQQQQ", 1, 5, 0, _BASE, _BASE, size, size, 0x1000)
    return header + load + body
