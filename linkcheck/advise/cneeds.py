"""What the dynamic symbols of a program hint at, and what it opens by itself with dlopen.

A referenced function may never be called with the file in question, so all of this is only
possible; just a dlopen note that says "required" is more than that.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.facts import BinaryFacts, ElfFacts
from linkcheck.model.needs import Need, NeedKind

_HINTS: tuple[tuple[NeedKind, str, tuple[str, ...]], ...] = (
    (
        "ca-certificates",
        "CA bundle",
        (
            "SSL_CTX_set_default_verify_paths",
            "gnutls_certificate_set_x509_system_trust",
            "curl_easy_perform",
        ),
    ),
    ("tzdata", "zoneinfo", ("tzset", "localtime", "localtime_r", "__localtime64_r")),
    (
        "users",
        "/etc/passwd",
        ("getpwnam", "getpwnam_r", "getpwuid", "getpwuid_r", "getgrnam", "getgrnam_r"),
    ),
    (
        "tmp",
        "/tmp",
        ("mkstemp", "mkstemp64", "mkdtemp", "tmpfile", "tmpfile64", "tmpnam", "tempnam"),
    ),
    (
        "nss",
        "NSS modules",
        ("getaddrinfo", "gethostbyname", "gethostbyname_r", "getpwnam", "getpwuid"),
    ),
    ("shell", "/bin/sh", ("system", "popen")),
    ("program", "what exec starts", ("execvp", "execlp", "execvpe", "posix_spawnp")),
)
_CANCELLERS = ("pthread_cancel", "pthread_exit")
_LIBGCC = "libgcc_s.so.1"
LIBRARY_ALTERNATIVE = " or "


def c_run_needs(facts: BinaryFacts) -> Iterator[Need]:
    """Hints from undefined dynamic symbols and FDO dlopen notes; nothing for other file formats."""
    elf = facts.elf
    if elf is None:
        return
    yield from _noted_libraries(elf)
    undefined = {symbol.name for symbol in elf.undefined}
    if facts.libc.family == "glibc":
        yield from _unwinder(elf, undefined)
    for kind, value, names in _HINTS:
        found = [name for name in names if name in undefined]
        if found and (kind != "nss" or facts.libc.family == "glibc"):
            yield Need(
                kind,
                value,
                "run",
                "possible",
                tuple(f"readelf -sW --dyn-syms: UND {n}" for n in found),
            )


def alternatives(need: Need) -> tuple[str, ...]:
    """The sonames of a library need; any one of them satisfies it."""
    return tuple(need.value.split(LIBRARY_ALTERNATIVE))


def _noted_libraries(elf: ElfFacts) -> Iterator[Need]:
    """By UAPI's "ELF dlopen metadata": without a `required` one it breaks, else lacks a feature."""
    for note in elf.notes.dlopen:
        if not note.sonames or set(note.sonames) & set(elf.needed):
            continue
        about = f" ({note.feature})" if note.feature else ""
        yield Need(
            "library",
            LIBRARY_ALTERNATIVE.join(note.sonames),
            "run",
            "likely" if note.priority == "required" else "possible",
            (f"readelf -p .note.dlopen: {', '.join(note.sonames)} {note.priority}{about}",),
        )


def _unwinder(elf: ElfFacts, undefined: set[str]) -> Iterator[Need]:
    # glibc dlopens libgcc_s to unwind a thread that ends early (sysdeps/nptl, unwind-link.c)
    found = [name for name in _CANCELLERS if name in undefined]
    if found and _LIBGCC not in elf.needed:
        evidence = tuple(f"readelf -sW --dyn-syms: UND {name}" for name in found)
        yield Need("library", _LIBGCC, "run", "possible", evidence)
