"""gcompat's stub in the place of glibc's loader, proven by real starts."""

from __future__ import annotations

import pytest

from tests.loader.worlds import GLIBC_LOADER, MUSL_LOADER, World

NAME = "ld-linux-x86-64.so.2"
# what gcompat's loader.c does, with nothing in it that would have to be relocated
STUB = """
long call(long n, void *a, void *b, void *c) {
    long r; __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c)
                             : "rcx", "r11", "memory"); return r; }
__attribute__((force_align_arg_pointer)) void go(long *sp) {
    char linker[] = "LINKER", name[] = "NAME", preload[] = "/lib/libgcompat.so.0 ";
    char a0[] = "--argv0", p[] = "--preload", dd[] = "--", app[] = "/app";
    char *argv[] = {name, a0, (char *)sp[1], p, preload, dd, app, 0};
    call(59, linker, argv, sp + sp[0] + 2);
    call(60, (void *)99, 0, 0); }
__asm__(".globl _start\\n_start: mov %rsp,%rdi\\njmp go\\n");
""".replace("LINKER", MUSL_LOADER).replace("NAME", NAME)
WANTS_F = "int f(void); int run(void) { return f(); }"


@pytest.fixture
def gcompat(musl: World) -> World:
    """Musl, the stub under glibc's name, and a libgcompat in which `f` returns 5."""
    flags = ["-static-pie", "-fPIE", "-fno-stack-protector", "-O1"]
    musl._compile(f"/lib/{NAME}", STUB, flags, ())
    musl.link(GLIBC_LOADER, f"../lib/{NAME}")
    musl.interpreter = GLIBC_LOADER
    musl.returns("/lib/libgcompat.so.0", 5)
    return musl


def test_a_program_for_glibc_takes_what_libgcompat_defines(gcompat: World) -> None:
    gcompat.returns("/lib/libc.so.6", 1)
    gcompat.program(WANTS_F, needs=("/lib/libc.so.6",))
    gcompat.path("/lib/libc.so.6").unlink()
    gcompat.takes(5)


def test_libgcompat_comes_before_the_libraries_of_the_program(gcompat: World) -> None:
    gcompat.returns("/lib/libf.so", 1)
    gcompat.program(WANTS_F, needs=("/lib/libf.so",))
    gcompat.takes(5)


def test_what_neither_it_nor_musl_defines_is_missing(gcompat: World) -> None:
    gcompat.library("/lib/libc.so.6", "int backwards(void) { return 1; }")
    gcompat.program(
        "int backwards(void); int run(void) { return backwards(); }", needs=("/lib/libc.so.6",)
    )
    gcompat.path("/lib/libc.so.6").unlink()
    assert [refusal.value for refusal in gcompat.agrees().refusals] == ["backwards"]


def test_the_name_of_glibcs_loader_is_musl_itself(gcompat: World) -> None:
    gcompat.returns("/elsewhere/f.so", 1, soname=NAME)
    gcompat.program(WANTS_F, needs=("/elsewhere/f.so",))
    gcompat.takes(5)


def test_versions_of_glibc_are_not_asked_for(gcompat: World) -> None:
    versions = "GLIBC_2.99 { global: f; };"
    gcompat.library("/lib/libc.so.6", "int f(void) { return 1; }", versions=versions)
    gcompat.program(WANTS_F, needs=("/lib/libc.so.6",))
    gcompat.path("/lib/libc.so.6").unlink()
    gcompat.takes(5)


def test_the_other_names_of_glibcs_libraries_lead_to_libgcompat(gcompat: World) -> None:
    gcompat.returns("/lib/libresolv.so.2", 1)
    gcompat.program(WANTS_F, needs=("/lib/libresolv.so.2",))
    gcompat.path("/lib/libresolv.so.2").unlink()
    gcompat.link("/lib/libresolv.so.2", "libgcompat.so.0")
    gcompat.takes(5)


def test_a_library_that_is_not_there_is_told_in_musls_words(gcompat: World) -> None:
    gcompat.returns("/lib/libother.so", 1)
    gcompat.program(WANTS_F, needs=("/lib/libother.so",))
    gcompat.path("/lib/libother.so").unlink()
    refused = gcompat.agrees()
    assert (refused.error_text or "").startswith("Error loading shared library libother.so: No")


def test_without_libgcompat_the_stub_is_not_understood(gcompat: World) -> None:
    gcompat.program("int run(void) { return 0; }")
    gcompat.path("/lib/libgcompat.so.0").unlink()
    assert [doubt.kind for doubt in gcompat.predict().doubts] == ["loader"]
