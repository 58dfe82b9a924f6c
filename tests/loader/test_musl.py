"""musl's loader: search, own names, errors and their order, proven by real starts."""

from __future__ import annotations

import pytest

from tests.elfbuilder import Elf
from tests.elfpatch import add_tag
from tests.loader.worlds import World

F = "int f(void){return 7;} "
CALL_F = "int f(void); int run(void) { return f(); }"
CALL_G = "int g(void); int run(void) { return g(); }"
LIBG = "int f(void); int g(void) { return f(); }"
PATH_FILE = "/etc/ld-musl-x86_64.path"
NEW, OLD = "-Wl,--enable-new-dtags", "-Wl,--disable-new-dtags"


def _rpath(folder: str) -> str:
    return f"-Wl,-rpath,{folder}"


def test_the_default_folders_are_lib_then_usr_local_lib_then_usr_lib(musl: World) -> None:
    for number, folder in enumerate(("/usr/lib", "/usr/local/lib", "/lib"), 1):
        musl.returns(f"{folder}/libf.so", number)
        musl.program(CALL_F, needs=(f"{folder}/libf.so",))
        musl.takes(number)


def test_ld_library_path_comes_before_rpath_and_rpath_before_the_defaults(musl: World) -> None:
    musl.returns("/lib/libf.so", 1)
    musl.returns("/opt/libf.so", 2)
    musl.returns("/env/libf.so", 3)
    musl.program(CALL_F, OLD, _rpath("/opt"), needs=("/lib/libf.so",))
    musl.takes(2)
    musl.environment["LD_LIBRARY_PATH"] = "/env"
    musl.takes(3)


def test_what_ld_preload_names_comes_first_and_is_ignored_where_it_is_not_there(
    musl: World,
) -> None:
    musl.returns("/lib/libf.so", 1)
    musl.returns("/opt/libf.so", 2)
    musl.program(CALL_F, needs=("/lib/libf.so",))
    musl.environment["LD_PRELOAD"] = "/missing.so:/opt/libf.so"
    musl.takes(2)


def test_a_preloaded_library_whose_own_library_is_missing_is_refused(musl: World) -> None:
    musl.library("/gone/libgone.so", "int gone(void) { return 1; }")
    musl.library("/opt/libp.so", "int p;", needs=("/gone/libgone.so",))
    musl.path("/gone/libgone.so").unlink()
    musl.returns("/lib/libf.so", 1)
    musl.program(CALL_F, needs=("/lib/libf.so",))
    musl.environment["LD_PRELOAD"] = "/opt/libp.so"
    assert [r.value for r in musl.agrees().refusals] == ["libgone.so"]


def test_an_empty_folder_of_ld_library_path_is_passed_over(musl: World) -> None:
    musl.returns("/libf.so", 2)
    musl.program(CALL_F, needs=("/libf.so",))
    musl.environment["LD_LIBRARY_PATH"] = "/nowhere:"
    assert musl.agrees().refusals


@pytest.mark.parametrize("tags", [NEW, OLD])
def test_rpath_and_runpath_are_both_inherited(musl: World, tags: str) -> None:
    musl.library("/opt/libf.so", F)
    musl.library("/opt/libg.so", LIBG, needs=("/opt/libf.so",))
    musl.program(CALL_G, tags, _rpath("/opt"), needs=("/opt/libg.so",))
    assert not musl.agrees().refusals


def test_a_runpath_of_a_library_does_not_end_inheritance(musl: World) -> None:
    musl.library("/opt/libf.so", F)
    musl.library("/opt/libg.so", LIBG, NEW, _rpath("/elsewhere"), needs=("/opt/libf.so",))
    musl.program(CALL_G, NEW, _rpath("/opt"), needs=("/opt/libg.so",))
    assert not musl.agrees().refusals


def test_where_both_are_there_runpath_wins(musl: World) -> None:
    """The rpath is "/lib", a string that the soname brings, and /lib has another libf."""
    musl.returns("/opt/libf.so", 1)
    musl.returns("/lib/libf.so", 2)
    musl.program(CALL_F, NEW, _rpath("/opt"), "-Wl,-soname,/lib", needs=("/lib/libf.so",))
    patched = add_tag(musl.path("/app").read_bytes(), 15, copy_of=14)
    musl.path("/app").write_bytes(patched)
    musl.takes(1)


def test_the_path_file_replaces_the_defaults(musl: World) -> None:
    musl.returns("/lib/libf.so", 1)
    musl.returns("/three/libf.so", 3)
    musl.program(CALL_F, needs=("/lib/libf.so",))
    musl.write(PATH_FILE, "/one:/two\n/three\n")
    musl.takes(3)
    musl.path("/three/libf.so").unlink()
    assert [r.value for r in musl.agrees().refusals] == ["libf.so", "f"]


def test_an_empty_path_file_leaves_no_default_at_all(musl: World) -> None:
    musl.returns("/lib/libf.so", 1)
    musl.program(CALL_F, needs=("/lib/libf.so",))
    musl.write(PATH_FILE, "")
    musl.agrees()


def test_origin_is_known_and_lib_is_not(musl: World) -> None:
    musl.returns("/lib/x86_64-linux-gnu/libf.so", 1)
    musl.returns("/opt/deep/libf.so", 2)
    musl.library("/opt/libg.so", LIBG, _rpath("$ORIGIN/deep"), needs=("/opt/deep/libf.so",))
    musl.program(CALL_G, _rpath("/opt"), needs=("/opt/libg.so",))
    musl.takes(2)
    musl.program(CALL_F, _rpath("/$LIB:/opt/deep"), needs=("/opt/deep/libf.so",))
    assert musl.agrees().refusals


@pytest.mark.parametrize(
    "name", ["libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so"]
)
def test_musls_own_names_mean_the_loader_itself_whatever_lies_on_the_path(
    musl: World, name: str
) -> None:
    stub = "int nothing_of_musl(void) { return 1; } int abs(int x) { return 6; }"
    musl.library(f"/lib/{name}", stub)
    musl.program("int abs(int); int run(void) { return abs(-5); }", needs=(f"/lib/{name}",))
    musl.takes(5)
    musl.program("int nothing_of_musl(void); int run(void) { return nothing_of_musl(); }",
                 needs=(f"/lib/{name}",))  # fmt: skip
    assert [r.value for r in musl.agrees().refusals] == ["nothing_of_musl"]


@pytest.mark.parametrize("name", ["libresolv.so.2", "libcrypt.so.1", "libcap.so.2", "libmvec.so.1"])
def test_other_names_of_glibcs_libraries_are_searched_for(musl: World, name: str) -> None:
    musl.library(f"/lib/{name}", F)
    musl.program(CALL_F, needs=(f"/lib/{name}",))
    musl.path(f"/lib/{name}").unlink()
    result = musl.agrees()
    assert [r.kind for r in result.refusals] == ["library", "symbol"]


def test_a_need_with_a_slash_is_a_path(musl: World) -> None:
    musl.returns("/opt/libf.so", 1, soname="/opt/libf.so")
    musl.program(CALL_F, needs=("/opt/libf.so",))
    musl.takes(1)
    musl.path("/opt/libf.so").unlink()
    assert musl.agrees().refusals


def test_requested_versions_are_ignored(musl: World) -> None:
    musl.library("/lib/libf.so", F, versions="V1 { global: f; };")
    musl.program(CALL_F, needs=("/lib/libf.so",))
    musl.library("/lib/libf.so", F, versions="V2 { global: f; };")
    assert not musl.agrees().refusals
    musl.library("/lib/libf.so", F)
    assert not musl.agrees().refusals


def test_a_hidden_version_is_no_definition(musl: World) -> None:
    musl.library("/lib/libf.so", F)
    musl.program(CALL_F, needs=("/lib/libf.so",))
    hidden = 'int old(void){return 3;} __asm__(".symver old,f@V1");'
    musl.library("/lib/libf.so", hidden, versions="V1 { global: f; };")
    assert [r.value for r in musl.agrees().refusals] == ["f"]


def test_every_missing_symbol_is_printed_the_plt_before_the_data(musl: World) -> None:
    source = (
        "int a(void), b(void), c(void); extern int d; int *volatile p; int (*volatile q)(void);"
        "int run(void) { p = &d; q = c; return a() + b() + c(); }"
    )
    musl.library("/lib/libf.so", "int a(void){return 1;} int b(void){return 1;}"
                 "int c(void){return 1;} int d;")  # fmt: skip
    musl.program(source, "-fPIE", "-pie", needs=("/lib/libf.so",))
    musl.library("/lib/libf.so", "int other;")
    result = musl.agrees()
    assert {r.value for r in result.refusals} == {"a", "b", "c", "d"}


def test_missing_libraries_and_symbols_are_printed_together(musl: World) -> None:
    musl.library("/lib/libf.so", F)
    musl.library("/lib/libg.so", LIBG, needs=("/lib/libf.so",))
    musl.library("/lib/libh.so", "int h(void); int (*ph)(void) = h;", soname="libh.so")
    musl.program(CALL_G, needs=("/lib/libh.so", "/lib/libg.so"))
    musl.path("/lib/libf.so").unlink()
    result = musl.agrees()
    assert [r.value for r in result.refusals] == ["libf.so", "h", "f"]


def test_lazy_binding_helps_nothing(musl: World) -> None:
    musl.library("/lib/libf.so", F)
    never = "int f(void); int run(void) { volatile int no = 0; return no ? f() : 4; }"
    musl.program(never, "-Wl,-z,lazy", needs=("/lib/libf.so",))
    musl.library("/lib/libf.so", "int other;")
    assert [r.value for r in musl.agrees().refusals] == ["f"]


def test_an_undefined_weak_symbol_is_optional(musl: World) -> None:
    weak = "int f(void) __attribute__((weak)); int run(void) { return f ? f() : 5; }"
    musl.library("/lib/libf.so", "int other;")
    musl.program(weak, needs=("/lib/libf.so",))
    musl.takes(5)


def test_a_copied_variable_is_found_in_its_library_and_missed_when_it_is_gone(musl: World) -> None:
    musl.library("/lib/libf.so", "int d = 3;")
    musl.program("extern int d; int run(void) { return d; }", "-no-pie", "-fno-pic",
                 needs=("/lib/libf.so",))  # fmt: skip
    musl.takes(3)
    musl.library("/lib/libf.so", "int e;")
    assert [r.value for r in musl.agrees().refusals] == ["d"]


@pytest.mark.parametrize(
    "content",
    [b"INPUT(libg.so)\n" * 9, b"INPUT(", b"", Elf(elf_type=1).library("libf.so"),
     Elf(bits=32, machine=3).library("libf.so")],
    ids=["text", "short", "empty", "object", "32-bit"],
)  # fmt: skip
def test_a_file_that_is_no_library_ends_the_search(musl: World, content: bytes) -> None:
    musl.returns("/usr/lib/libf.so", 2)
    musl.program(CALL_F, needs=("/usr/lib/libf.so",))
    musl.path("/lib/libf.so").write_bytes(content)
    assert [r.kind for r in musl.agrees().refusals] == ["library", "symbol"]


def test_a_folder_under_the_name_of_a_library_ends_the_search(musl: World) -> None:
    musl.returns("/usr/lib/libf.so", 2)
    musl.program(CALL_F, needs=("/usr/lib/libf.so",))
    musl.path("/lib/libf.so").mkdir()
    assert musl.agrees().refusals


def test_a_link_that_leads_to_itself_ends_the_search(musl: World) -> None:
    musl.returns("/usr/lib/libf.so", 2)
    musl.program(CALL_F, needs=("/usr/lib/libf.so",))
    musl.link("/lib/libf.so", "libf.so")
    assert musl.agrees().refusals


def test_a_library_under_two_names_is_loaded_once(musl: World) -> None:
    musl.library("/lib/libone.so", F, soname="")
    musl.link("/lib/libtwo.so", "libone.so")
    musl.program(CALL_F, "-L" + str(musl.path("/lib")), "-l:libone.so", "-l:libtwo.so")
    assert musl.agrees().loaded == ("/lib/libone.so",)


def test_a_program_for_glibc_starts_on_musls_loader_when_it_needs_no_more(musl: World) -> None:
    musl.link("/lib64/ld-linux-x86-64.so.2", "../lib/ld-musl-x86_64.so.1")
    musl.interpreter = "/lib64/ld-linux-x86-64.so.2"
    musl.library("/lib/libc.so.6", "int abs(int); int abs(int x) {return x;}",
                 versions="GLIBC_2.2.5 { global: abs; };")  # fmt: skip
    musl.program("int abs(int); int run(void) { return abs(-5); }", needs=("/lib/libc.so.6",))
    musl.path("/lib/libc.so.6").unlink()
    musl.takes(5)


def _program_that_wants(musl: World, name: str) -> None:
    """Like any real program it needs libc too, else the loader defines nothing for it."""
    musl.library("/lib/libc.so", f"int {name}(void) {{ return 0; }}")
    source = f"int {name}(void); void *volatile p; int run(void) {{ p = {name}; return p == 0; }}"
    musl.program(source, needs=("/lib/libc.so",))
    musl.path("/lib/libc.so").unlink()


@pytest.mark.parametrize("name", ["fopen64", "readdir64_r", "__fxstat64"])
def test_names_of_large_files_end_at_the_plain_functions_of_the_loader(
    musl: World, name: str
) -> None:
    _program_that_wants(musl, name)
    assert not musl.agrees().refusals


def test_a_name_longer_than_the_loaders_buffer_ends_nowhere(musl: World) -> None:
    _program_that_wants(musl, "posix_fallocate64")
    musl.agrees()


def test_a_name_that_only_looks_like_one_of_large_files_is_missing(musl: World) -> None:
    _program_that_wants(musl, "strlen64")
    assert [r.value for r in musl.agrees().refusals] == ["strlen64"]


def test_the_loader_defines_nothing_where_nothing_needs_it(musl: World) -> None:
    musl.library("/lib/libf.so", "int abs(int x) { return x; }")
    musl.program("int abs(int); int run(void) { return abs(5); }", needs=("/lib/libf.so",))
    musl.library("/lib/libf.so", F)
    assert [r.value for r in musl.agrees().refusals] == ["abs"]
