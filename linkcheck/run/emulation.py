"""Programs for another CPU: what runs them here, and what it says in the kernel's place.

QEMU's user mode opens PT_INTERP itself (linux-user/elfload.c), so its words stand where the
kernel's errno would, and it tells of each signal that ends a program (linux-user/signal.c).
"""

from __future__ import annotations

import mmap
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

from linkcheck.binary.elf.layout import PT_INTERP, read_layout
from linkcheck.binary.elf.machines import machine_name
from linkcheck.errors import MalformedBinaryError, MissingToolError
from linkcheck.run.observation import Observation, judge_output, refused_by_kernel

BINFMT: Final = "binfmt_misc"  # the emulator that the kernel calls, whichever it is
# what a kernel runs besides its own machine's (fs/compat_binfmt_elf.c)
_NATIVE: Final = {
    "x86_64": ("x86_64", "i386", "x32"),
    "aarch64": ("aarch64", "arm"),
    "ppc64le": ("ppc64le",),
    "s390x": ("s390x", "s390"),
}
_NATIVE_IMAGES: Final = {"x86_64": ("amd64", "386"), "aarch64": ("arm64", "arm")}
# those of QEMU that are not called as `uname -m` calls the machine
_QEMU: Final = {"s390": "s390x"}
_GREETING: Final = r"(?:\S*/)?\.?(?:linkcheck-)?(?:qemu(?:-[\w.-]+)?|emulator)"
_SIGNAL: Final = re.compile(r"qemu: uncaught target signal \d+ \([^)]*\)(?: - core dumped)?\n?")
_NO_FILE: Final = re.compile(rf"{_GREETING}: Could not open '(?P<path>[^']*)': (?P<why>.+)")
_NO_ELF: Final = re.compile(rf"{_GREETING}: (?P<path>/.*): Invalid ELF image for this architecture")
_ROSETTA: Final = re.compile(r"rosetta error: failed to open elf at (?P<path>/\S*)")
_OWN_TROUBLE: Final = re.compile(
    rf"(?:{_GREETING}: |\*\*\nERROR:|Error while loading |rosetta error: )"
)


def machine_of(program: Path) -> str | None:
    """The machine that an ELF file is for, as `uname -m` says it; None for anything else."""
    try:
        with program.open("rb") as file:
            head = file.read(20)
    except OSError:
        return None
    if len(head) < 20 or head[:4] != b"\x7fELF" or head[4] not in (1, 2) or head[5] not in (1, 2):
        return None
    order: Literal["little", "big"] = "little" if head[5] == 1 else "big"
    number = int.from_bytes(head[18:20], order)
    return machine_name(number, 64 if head[4] == 2 else 32, order)


def is_native(machine: str | None, here: str) -> bool:
    """Whether a kernel of `here` runs programs of `machine` with no emulator."""
    return machine is None or machine in _NATIVE.get(here, (here,))


def is_native_image(architecture: str, here: str) -> bool:
    """The same of an image, which tells its CPU as Go does."""
    own = _NATIVE_IMAGES.get(here)
    return own is None or architecture in own


def find_emulator(machine: str, path: str | None = None) -> Path | None:
    """QEMU's user mode for that machine, if a static one is on `path` (default: PATH).

    One that needs libraries would look for them in the base.
    """
    name = _QEMU.get(machine, machine)
    for command in (f"qemu-{name}-static", f"qemu-{name}"):
        found = shutil.which(command, path=path)
        if found is not None and _is_static(Path(found)):
            return Path(os.path.realpath(found))
    return None


def how_to_emulate(platform: str) -> str:
    """What brings an emulator for programs of `platform`: a next step."""
    cpu = platform.split("/")[1]
    return (
        f"`docker run --privileged --rm tonistiigi/binfmt --install {cpu}` on the machine of the"
        " engine, or apt-get install qemu-user-static"
    )


def judge_emulated(program: str, output: str, exit_code: int | None, emulator: str) -> Observation:
    """Read an emulated start as `judge_output` reads another, with the kernel's words.

    A signal before a word of the program's own is left "crashed", and proves nothing.
    Raises MissingToolError where the emulator itself failed.
    """
    own = _SIGNAL.sub("", output)
    said = own.strip()
    if exit_code not in (None, 0):
        if why := _refusal(program, said):
            return replace(refused_by_kernel(program, why), emulator=emulator)
        if _OWN_TROUBLE.match(said):
            first = said.removeprefix("**").strip().splitlines()[0][:200]
            raise MissingToolError(
                f"the emulator failed: {first}", next_step="start it on a machine with that CPU"
            )
    return replace(judge_output(program, own, exit_code), emulator=emulator)


def _refusal(program: str, said: str) -> str | None:
    """The errno's text with which a kernel would have refused the program."""
    if (found := _NO_FILE.fullmatch(said)) and found["path"] != program:
        return found["why"]
    if found := _NO_ELF.fullmatch(said):
        wrong_program = found["path"] == program
        return "Exec format error" if wrong_program else "Accessing a corrupted shared library"
    if (found := _ROSETTA.match(said)) and found["path"] != program:
        return "No such file or directory"
    return None


def _is_static(file: Path) -> bool:
    """Whether a 64-bit ELF file names no loader."""
    try:
        with (
            file.open("rb") as handle,
            mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            layout = read_layout(str(file), data, len(data))
            return layout.bits == 64 and not layout.of_type(PT_INTERP)
    except (OSError, ValueError, MalformedBinaryError):  # ValueError: an empty file
        return False
