"""What Linux's execve does before any loader runs (fs/binfmt_elf.c, `load_elf_binary`)."""

from __future__ import annotations

from typing import Final

from linkcheck.binary.elf.machines import architecture
from linkcheck.loader.options import LoadOptions
from linkcheck.loader.outcome import Log
from linkcheck.model.facts import BinaryFacts, ElfFacts
from linkcheck.model.library import LibraryView, Missing, NotElf, SharedObject
from linkcheck.model.provides import UNKNOWN

# What a 64-bit kernel runs besides its own: True always in practice, False only on some CPUs
_COMPAT: Final = {
    ("386", "amd64"): True,
    ("arm", "arm64"): False,
    ("mipsle", "mips64le"): True,
    ("mips", "mips64"): True,
    ("ppc", "ppc64"): True,
}
# open_exec() refuses what is no regular file, elf_read() a file shorter than its header
_NO_INTERPRETER: Final = {
    "Is a directory": "permission denied",
    "file too short": "input/output error",
}


def start(
    facts: BinaryFacts, view: LibraryView, log: Log, options: LoadOptions
) -> SharedObject | None:
    """Decide whether exec accepts the program; returns its interpreter as found in the base.

    None where there is nothing more to do: refused, doubtful, or static and therefore running.
    """
    elf = facts.elf
    if elf is None or not facts.platform.startswith("linux/"):
        refuse_system(facts, log)
        return None
    program = options.program
    if elf.kernel_refusal:
        log.refuse(
            "platform",
            facts.platform,
            f"the kernel refuses the file: {elf.kernel_refusal}",
            f"exec {program}: exec format error",
        )
        return None
    if not _machine_fits(facts, view, log, program):
        return None
    if elf.interpreter is None:
        if elf.needed:
            log.doubt(
                "loader",
                "PT_INTERP",
                f"the program needs {elf.needed[0]} and names no loader to find it with",
            )
        else:
            log.note(f"{program}: static, the kernel starts it with no loader")
        return None
    return _interpreter(elf, view, log, program)


def compatible_hosts(platform: str) -> tuple[str, ...]:
    """The other platforms whose kernels run programs of `platform` too ("linux/386" on amd64)."""
    arch = platform.split("/")[1]
    return tuple(
        f"linux/{host}" for (guest, host), surely in _COMPAT.items() if guest == arch and surely
    )


def refuse_system(facts: BinaryFacts, log: Log) -> None:
    """Refuse a program for another operating system, in every base with the same words."""
    system = facts.platform.split("/")[0]
    # an ELF file of another system is started, and dies of its first system call
    text = None if facts.format == "elf" else "exec /app: exec format error"
    log.refuse_anywhere(
        "platform", facts.platform, f"{facts.platform}: no Linux image runs it", text
    )
    if facts.format == "elf":
        log.note(
            f"Linux accepts an ELF file for {system} and it dies of SIGSEGV or a bad system call"
        )


def _machine_fits(facts: BinaryFacts, view: LibraryView, log: Log, program: str) -> bool:
    platform = view.platform
    if platform is None or platform is UNKNOWN:
        return True
    have, want = platform.split("/")[1], facts.platform.split("/")[1]
    if have == want:
        return True
    compatible = _COMPAT.get((want, have))
    if compatible is None:
        log.refuse(
            "platform",
            facts.platform,
            f"it is {platform}, the program is {facts.platform}",
            f"exec {program}: exec format error",
        )
        return False
    if compatible is False:
        log.doubt(
            "platform",
            facts.platform,
            f"it is {platform}; whether that CPU still runs {facts.platform} programs differs",
        )
        return False
    log.note(f"{platform} runs {facts.platform} programs too")
    return True


def _interpreter(elf: ElfFacts, view: LibraryView, log: Log, program: str) -> SharedObject | None:
    path = elf.interpreter or ""
    if not path.startswith("/"):
        log.refuse(
            "loader",
            path,
            f"the loader's path {path!r} is relative to the working folder",
            f"exec {program}: no such file or directory",
        )
        return None
    opened = view.open(path)
    if opened is UNKNOWN:
        log.doubt("loader", path, f"whether it has the loader {path} is not known")
        return None
    if isinstance(opened, Missing):
        log.refuse(
            "loader",
            path,
            _missing_loader(path, view),
            f"exec {program}: {opened.why[:1].lower()}{opened.why[1:]}",
        )
        return None
    if isinstance(opened, NotElf):
        errno_text = _NO_INTERPRETER.get(opened.why, "accessing a corrupted shared library")
        log.refuse("loader", path, f"{path} is no ELF file", f"exec {program}: {errno_text}")
        return None
    if not opened.executable:  # fs/exec.c, open_exec()
        log.refuse(
            "loader",
            path,
            f"{path} has no execute permission in the image",
            f"exec {program}: permission denied",
        )
        return None
    if (opened.machine, opened.bits) != (elf.machine, elf.bits):
        arch = architecture(opened.machine, opened.bits, opened.byte_order)
        log.refuse(
            "loader",
            path,
            f"{path} is for {arch}, the program is for {elf.machine_name}",
            f"exec {program}: accessing a corrupted shared library",
        )
        return None
    log.note(
        f"{program}: interpreter {path}" + (f" -> {opened.path}" if opened.path != path else "")
    )
    return opened


def _missing_loader(path: str, view: LibraryView) -> str:
    has = view.interpreters()
    reason = f"loader {path} is not in the image"
    if has is UNKNOWN:
        return reason
    return f"{reason}; it has {', '.join(has)}" if has else f"{reason}, which has none at all"
