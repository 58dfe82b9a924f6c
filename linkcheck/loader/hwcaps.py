"""glibc-hwcaps subfolders (glibc sysdeps/x86_64/dl-hwcaps-subdirs.c), since 2.33."""

from __future__ import annotations

from typing import Final

from linkcheck.binary.elf.machines import EM_X86_64
from linkcheck.loader.options import CPU_LEVELS

_X86: Final = ("x86-64-v4", "x86-64-v3", "x86-64-v2")


def subfolders(machine: int, release: tuple[int, int] | None, cpu: str | None) -> tuple[str, ...]:
    """The subfolders that the loader tries before each folder, best first.

    Where the CPU is not told, v3 is assumed: it decides only between builds of one library,
    which by their purpose define the same symbols.
    """
    if machine != EM_X86_64 or (release is not None and release < (2, 33)):
        return ()
    level = CPU_LEVELS.index(cpu) if cpu in CPU_LEVELS else 2
    return tuple(name for name in _X86 if CPU_LEVELS.index(name) <= level)
