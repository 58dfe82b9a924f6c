"""What a program file says of itself, before anyone asks where it should run.

`None` in a field always means "could not be told"; the reason stands in `gaps`.
An empty tuple means "looked, and there is none".
"""

from __future__ import annotations

from typing import Literal, NamedTuple

FileFormat = Literal["elf", "macho", "pe"]
Linkage = Literal["static", "static-pie", "dynamic", "dynamic-pie"]
LibcFamily = Literal["glibc", "musl", "none", "unknown"]
Resolver = Literal["go", "cgo", "none", "unknown"]


class VersionNeed(NamedTuple):
    """One Vernaux entry: `library` must define version node `version` (gABI symbol versioning).

    `weak` is VER_FLG_WEAK: the loader only warns when the node is missing.
    """

    library: str
    version: str
    weak: bool = False


class SymbolNeed(NamedTuple):
    """One dynamic symbol that a relocation makes the loader look up.

    `version`/`library` come from its Vernaux, if it has one. `data_relocs` are the positions
    of its relocations in DT_REL(A), resolved at start; `plt_relocs` those in DT_JMPREL, which
    glibc resolves at the first call unless BIND_NOW is set, and musl always at start.
    """

    name: str
    version: str | None = None
    library: str | None = None
    weak: bool = False
    data_relocs: tuple[int, ...] = ()
    plt_relocs: tuple[int, ...] = ()
    copy: bool = (
        False  # a COPY relocation: the program reserves the space, a library must define it
    )


class DlopenNote(NamedTuple):
    """One entry of an FDO `.note.dlopen`: any one of `sonames` satisfies it."""

    sonames: tuple[str, ...]
    feature: str = ""
    description: str = ""
    priority: str = "recommended"  # required | recommended | suggested


class Notes(NamedTuple):
    """What the PT_NOTE segments carry."""

    abi_os: str | None = None  # NT_GNU_ABI_TAG: "linux", "hurd", ... ; None: no such note
    abi_kernel: tuple[int, int, int] | None = None  # lowest kernel, advisory
    isa_needed: int | None = None  # GNU_PROPERTY_X86_ISA_1_NEEDED bit mask
    build_id: str | None = None  # NT_GNU_BUILD_ID, hex
    go_build_id: str | None = None
    vendor: str | None = None  # owner of an OS note: "FreeBSD", "NetBSD", "OpenBSD", "Android"
    dlopen: tuple[DlopenNote, ...] = ()


class ElfFacts(NamedTuple):
    """The parts of an ELF program that kernel and dynamic loader act upon."""

    bits: Literal[32, 64]
    byte_order: Literal["little", "big"]
    machine: int  # e_machine
    machine_name: str  # "x86_64", "aarch64", ... or "machine 0x123"
    os_abi: int  # EI_OSABI
    elf_type: Literal["EXEC", "DYN"]
    linkage: Linkage
    interpreter: str | None  # PT_INTERP, or None when there is none
    soname: str | None
    needed: tuple[str, ...]
    rpath: str | None
    runpath: str | None
    dt_flags: int  # DT_FLAGS
    dt_flags_1: int  # DT_FLAGS_1
    bind_now: bool
    version_needs: tuple[VersionNeed, ...]
    undefined: tuple[SymbolNeed, ...]
    has_relr: bool
    exec_stack: bool | None  # PF_X on PT_GNU_STACK; None: no such header
    relro: Literal["none", "partial", "full"]
    e_flags: int = 0
    machine_flags: tuple[str, ...] = ()  # e.g. "hard-float" on 32-bit ARM
    notes: Notes = Notes()
    exported: frozenset[str] = frozenset()  # dynamic symbols that libraries may call back
    kernel_refusal: str = ""  # why Linux's ELF loader itself refuses the headers, or ""


class Module(NamedTuple):
    """A Go module of the build info; `replaced_by` is the `=>` line that follows it."""

    path: str
    version: str = ""
    sum: str = ""
    replaced_by: Module | None = None


class CgoPackage(NamedTuple):
    """A Go package that calls C: which functions, and its module ("std" for Go's own)."""

    package: str
    functions: tuple[str, ...]
    module: str | None  # "github.com/mattn/go-sqlite3 v1.14.22", "std"; None: not known


class GoFacts(NamedTuple):
    """What Go's toolchain left in the program; `go version -m` is the reference for it."""

    version: str | None  # "go1.27.3"; None: no readable build info
    path: str | None  # package path of main
    main: Module | None
    deps: tuple[Module, ...]
    settings: tuple[tuple[str, str], ...]  # "build" lines in file order
    functions_read: bool  # False: no function table was found (garble, gccgo, damage)
    markers: frozenset[str]  # the known function names (binary.go.markers) that are linked
    cgo_packages: tuple[CgoPackage, ...]
    resolver: Resolver
    links_cgo: bool = False  # functions of runtime/cgo are linked: C code is in the program

    def setting(self, key: str) -> str | None:
        """The value of one build setting, or None."""
        return next((v for k, v in self.settings if k == key), None)


class LibcFacts(NamedTuple):
    """Which libc the program was built for, and the oldest release that it accepts.

    `minimum` is a glibc release ("2.34") or None; `forced_by` lists what demands it,
    as "symbol@GLIBC_2.34" or "GLIBC_2.34 (version need of libc.so.6)".
    """

    family: LibcFamily
    minimum: str | None = None
    forced_by: tuple[str, ...] = ()
    evidence: str = ""


class BinaryFacts(NamedTuple):
    """One program file, read once and never executed."""

    path: str
    size: int  # bytes
    format: FileFormat
    platform: str  # "linux/amd64", "linux/arm/v7", "darwin/arm64", "freebsd/amd64", "unknown/..."
    libc: LibcFacts
    elf: ElfFacts | None = None  # None for Mach-O and PE
    go: GoFacts | None = None  # None: not a Go program
    packer: str | None = None  # "UPX": the real program is hidden
    mode: int | None = None  # permission bits of the file; None when read from bytes
    needed: tuple[str, ...] = ()  # libraries a Mach-O or PE names; ELF's stand in elf.needed
    gaps: tuple[str, ...] = ()  # what could not be read, each with its reason
