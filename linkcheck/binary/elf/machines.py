"""ELF machine numbers (gABI, `e_machine`) and what Go and OCI call them."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

EM_386: Final = 3
EM_MIPS: Final = 8
EM_PPC64: Final = 21
EM_S390: Final = 22
EM_ARM: Final = 40
EM_X86_64: Final = 62
EM_AARCH64: Final = 183
EM_RISCV: Final = 243
EM_LOONGARCH: Final = 258
EM_ALPHA: Final = 0x9026

ByteOrder = Literal["little", "big"]


class Machine(NamedTuple):
    """One CPU family: `name` as in `uname -m`, and the relocation type that copies data."""

    name: str
    copy_relocation: int  # R_*_COPY of its psABI; -1 where there is none


_MACHINES: Final = {
    2: Machine("sparc", 19),
    EM_386: Machine("i386", 5),
    4: Machine("m68k", 19),
    EM_MIPS: Machine("mips", 126),
    15: Machine("parisc", 128),
    20: Machine("ppc", 19),
    EM_PPC64: Machine("ppc64", 19),
    EM_S390: Machine("s390", 9),
    EM_ARM: Machine("arm", 20),
    42: Machine("sh", 162),
    43: Machine("sparc64", 19),
    50: Machine("ia64", 0x84),
    EM_X86_64: Machine("x86_64", 5),
    EM_AARCH64: Machine("aarch64", 1024),
    EM_RISCV: Machine("riscv", 4),
    247: Machine("bpf", -1),
    EM_LOONGARCH: Machine("loongarch", 4),
    EM_ALPHA: Machine("alpha", 24),
}


def machine(number: int) -> Machine:
    """The machine of that number; one without a name here is called by its number."""
    return _MACHINES.get(number) or Machine(f"machine {number:#x}", -1)


def machine_name(number: int, bits: Literal[32, 64], byte_order: ByteOrder) -> str:
    """The name that `uname -m` shows for that machine, class and byte order."""
    name = machine(number).name
    if number == EM_X86_64 and bits == 32:
        return "x32"
    if number == EM_PPC64 and byte_order == "little":
        return "ppc64le"
    if number == EM_S390 and bits == 64:
        return "s390x"
    if number == EM_ARM and byte_order == "big":
        return "armeb"
    if number == EM_AARCH64 and byte_order == "big":
        return "aarch64_be"
    if number == EM_MIPS:
        return "mips" + ("64" if bits == 64 else "") + ("el" if byte_order == "little" else "")
    if number in (EM_RISCV, EM_LOONGARCH):
        return f"{name}{bits}"
    return name


_GOARCH: Final = {
    "x86_64": "amd64",
    "i386": "386",
    "arm": "arm",
    "aarch64": "arm64",
    "ppc64le": "ppc64le",
    "ppc64": "ppc64",
    "s390x": "s390x",
    "riscv64": "riscv64",
    "mips": "mips",
    "mipsel": "mipsle",
    "mips64": "mips64",
    "mips64el": "mips64le",
    "loongarch64": "loong64",
    "sparc64": "sparc64",
    "armeb": "armbe",
    "aarch64_be": "arm64be",
}


def architecture(number: int, bits: Literal[32, 64], byte_order: ByteOrder) -> str:
    """GOARCH of that machine, which is also OCI's name; its own name where Go has none."""
    name = machine_name(number, bits, byte_order)
    return _GOARCH.get(name, name)
