"""Where glibc finds a library: each rule proven by which of two libraries a start took."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkcheck.binary import read_facts
from linkcheck.images.root import DirRoot
from linkcheck.images.root_base import RootBase
from linkcheck.images.root_view import RootView
from linkcheck.loader import LoadOptions, load_in
from linkcheck.loader.glibc_search import Search
from linkcheck.loader.outcome import Log
from linkcheck.model.library import SharedObject
from tests.elfbuilder import Elf
from tests.elfpatch import add_tag
from tests.loader.worlds import GLIBC_LOADER, World

CALL_F = "int f(void); int run(void) { return f(); }"
CALL_G = "int g(void); int run(void) { return g(); }"
NEW, OLD = "-Wl,--enable-new-dtags", "-Wl,--disable-new-dtags"


def _rpath(folder: str) -> str:
    return f"-Wl,-rpath,{folder}"


def _two(world: World, first: str, second: str) -> None:
    """Two libf.so: `f` returns 1 in the first and 2 in the second."""
    world.returns(f"{first}/libf.so", 1)
    world.returns(f"{second}/libf.so", 2)


def test_rpath_comes_before_ld_library_path_and_runpath_after(glibc: World) -> None:
    _two(glibc, "/in/path", "/in/env")
    glibc.environment["LD_LIBRARY_PATH"] = "/in/env"
    glibc.program(CALL_F, OLD, _rpath("/in/path"), needs=("/in/path/libf.so",))
    glibc.takes(1)
    glibc.program(CALL_F, NEW, _rpath("/in/path"), needs=("/in/path/libf.so",))
    glibc.takes(2)


def test_runpath_comes_before_the_cache_and_the_cache_before_the_defaults(
    newest_glibc: World,
) -> None:
    world = newest_glibc
    _two(world, "/opt/run", "/opt/cached")
    world.write("/etc/ld.so.conf", "/opt/cached\n")
    world.ldconfig()
    world.returns("/usr/lib/libf.so", 3)
    world.program(CALL_F, NEW, _rpath("/opt/run"), needs=("/opt/run/libf.so",))
    world.takes(1)
    world.program(CALL_F, needs=("/opt/run/libf.so",))
    world.takes(2)
    world.path("/etc/ld.so.cache").unlink()
    world.takes(3)


def test_the_configuration_alone_does_nothing_without_its_cache(newest_glibc: World) -> None:
    world = newest_glibc
    world.returns("/opt/cached/libf.so", 1)
    world.write("/etc/ld.so.conf", "/opt/cached\n")
    world.program(CALL_F, needs=("/opt/cached/libf.so",))
    assert [r.value for r in world.agrees().refusals] == ["libf.so"]
    world.ldconfig()
    world.takes(1)


def test_a_stale_cache_entry_is_passed_over_for_the_default_folders(newest_glibc: World) -> None:
    world = newest_glibc
    _two(world, "/opt/cached", "/usr/lib")
    world.write("/etc/ld.so.conf", "/opt/cached\n")
    world.ldconfig()
    world.program(CALL_F, needs=("/opt/cached/libf.so",))
    world.path("/opt/cached/libf.so").unlink()
    world.takes(2)


def test_rpath_is_inherited_by_the_libraries_of_a_program_and_runpath_is_not(
    glibc: World,
) -> None:
    glibc.returns("/opt/libf.so", 1)
    glibc.library(
        "/opt/libg.so", "int f(void); int g(void) { return f(); }", needs=("/opt/libf.so",)
    )
    glibc.program(CALL_G, OLD, _rpath("/opt"), needs=("/opt/libg.so",))
    glibc.takes(1)
    glibc.program(CALL_G, NEW, _rpath("/opt"), needs=("/opt/libg.so",))
    result = glibc.agrees()
    assert [r.value for r in result.refusals] == ["libf.so"]


def test_a_runpath_voids_the_inherited_rpath_for_its_own_needs(glibc: World) -> None:
    glibc.returns("/opt/libf.so", 1)
    glibc.library(
        "/opt/libg.so",
        "int f(void); int g(void) { return f(); }",
        NEW,
        _rpath("/elsewhere"),
        needs=("/opt/libf.so",),
    )
    glibc.program(CALL_G, OLD, _rpath("/opt"), needs=("/opt/libg.so",))
    assert [r.value for r in glibc.agrees().refusals] == ["libf.so"]


def test_a_program_with_runpath_passes_no_rpath_to_its_libraries(glibc: World) -> None:
    """ld writes one of the two; a program that has both is patched by other tools."""
    glibc.returns("/opt/libf.so", 1)
    glibc.library(
        "/opt/libg.so", "int f(void); int g(void) { return f(); }", needs=("/opt/libf.so",)
    )
    glibc.program(CALL_G, NEW, _rpath("/opt"), needs=("/opt/libg.so",))
    data = glibc.path("/app").read_bytes()
    # DT_DEBUG, which nothing reads, becomes a DT_RPATH with the value of the DT_RUNPATH
    glibc.path("/app").write_bytes(add_tag(data, 15, copy_of=29))
    result = glibc.agrees()
    assert [r.value for r in result.refusals] == ["libf.so"]


def test_origin_is_the_folder_of_the_object_that_says_it(glibc: World) -> None:
    # glibc asks /proc for the program's own folder, and this variable where there is no /proc
    glibc.environment["LD_ORIGIN_PATH"] = "/"
    glibc.returns("/opt/deep/libf.so", 1)
    glibc.library(
        "/opt/libg.so",
        "int f(void); int missing(void); int (*p)(void) = missing; int g(void) { return f(); }",
        NEW,
        _rpath("$ORIGIN/deep"),
        needs=("/opt/deep/libf.so",),
    )
    glibc.program(CALL_G, NEW, _rpath("${ORIGIN}/opt"), needs=("/opt/libg.so",))
    result = glibc.agrees()  # the error shows under which name it was found
    assert result.loaded == ("/opt/libg.so", "/opt/deep/libf.so")


def test_lib_and_platform_are_the_loaders_own_words(glibc: World) -> None:
    avx2 = "avx2" in Path("/proc/cpuinfo").read_text().split()
    platform = "haswell" if avx2 else "x86_64"
    glibc.cpu = "x86-64-v3" if avx2 else "x86-64-v2"
    path = f"/opt/lib/x86_64-linux-gnu/{platform}/libf.so"
    glibc.returns(path, 1)
    glibc.program(CALL_F, _rpath("/opt/$LIB/$PLATFORM"), needs=(path,))
    glibc.takes(1)


def test_a_need_with_a_slash_is_a_path_and_no_search(glibc: World) -> None:
    glibc.returns("/opt/libf.so", 1, soname="/opt/libf.so")
    glibc.program(CALL_F, needs=("/opt/libf.so",))
    glibc.takes(1)
    glibc.path("/opt/libf.so").rename(glibc.path("/usr/lib/libf.so"))
    assert [r.value for r in glibc.agrees().refusals] == ["/opt/libf.so"]


def test_a_library_of_another_class_is_passed_over(glibc: World) -> None:
    glibc.returns("/usr/lib/libf.so", 2)
    glibc.program(CALL_F, _rpath("/opt"), needs=("/usr/lib/libf.so",))
    glibc.path("/opt/libf.so").write_bytes(Elf(bits=32, machine=3).library("libf.so"))
    glibc.takes(2)
    glibc.path("/usr/lib/libf.so").unlink()
    assert (glibc.agrees().error_text or "").endswith("libf.so: wrong ELF class: ELFCLASS32")


@pytest.mark.parametrize("other", [Elf(machine=183), Elf(byte_order="big", machine=22)])
def test_a_library_of_another_machine_is_passed_over(glibc: World, other: Elf) -> None:
    glibc.returns("/usr/lib/libf.so", 2)
    glibc.program(CALL_F, _rpath("/opt"), needs=("/usr/lib/libf.so",))
    glibc.path("/opt/libf.so").write_bytes(other.library("libf.so"))
    glibc.takes(2)
    glibc.path("/usr/lib/libf.so").unlink()
    assert (glibc.agrees().error_text or "").endswith("No such file or directory")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"INPUT(libg.so)\n" * 9, "invalid ELF header"),
        (b"INPUT(", "file too short"),
        (b"", "file too short"),
        (Elf(elf_type=1).library("libf.so"), "only ET_DYN and ET_EXEC can be loaded"),
    ],
    ids=["text", "short", "empty", "object"],
)
def test_a_file_that_is_no_library_ends_the_search(
    glibc: World, content: bytes, words: str
) -> None:
    glibc.returns("/usr/lib/libf.so", 2)
    glibc.program(CALL_F, _rpath("/opt"), needs=("/usr/lib/libf.so",))
    glibc.path("/opt/libf.so").write_bytes(content)
    assert words in (glibc.agrees().error_text or "")


def test_a_folder_under_the_name_of_a_library_ends_the_search(glibc: World) -> None:
    glibc.returns("/usr/lib/libf.so", 2)
    glibc.program(CALL_F, _rpath("/opt"), needs=("/usr/lib/libf.so",))
    glibc.path("/opt/libf.so").mkdir()
    assert "cannot read file data: Error 21" in (glibc.agrees().error_text or "")


def test_a_link_that_leads_to_itself_ends_the_folders_of_its_path_alone(glibc: World) -> None:
    glibc.returns("/usr/lib/libf.so", 2)
    glibc.program(CALL_F, _rpath("/opt"), needs=("/usr/lib/libf.so",))
    glibc.link("/opt/libf.so", "libf.so")
    glibc.takes(2)
    glibc.link("/lib/libf.so", "libf.so")  # a default folder before /usr/lib
    assert "cannot open shared object file: Error 40" in (glibc.agrees().error_text or "")


def test_absolute_links_and_dot_dot_stay_in_the_root(glibc: World) -> None:
    glibc.returns("/store/libf.so", 1)
    glibc.link("/opt/one/libf.so", "/../../store/../store/libf.so")
    glibc.program(CALL_F, _rpath("/opt/one"), needs=("/store/libf.so",))
    result = glibc.takes(1)
    assert result.loaded == ("/store/libf.so",)


def test_an_empty_element_of_a_search_path_is_the_working_folder(glibc: World) -> None:
    glibc.returns("/libf.so", 1)
    glibc.program(CALL_F, _rpath("/nowhere:"), needs=("/libf.so",))
    glibc.takes(1)


def test_nodeflib_drops_the_defaults_and_their_cache_entries(newest_glibc: World) -> None:
    world = newest_glibc
    _two(world, "/usr/lib", "/opt")
    world.program(CALL_F, "-Wl,-z,nodefaultlib", needs=("/usr/lib/libf.so",))
    assert [r.value for r in world.agrees().refusals] == ["libf.so"]
    world.ldconfig()
    assert [r.value for r in world.agrees().refusals] == ["libf.so"]
    world.path("/usr/lib/libf.so").unlink()
    world.write("/etc/ld.so.conf", "/opt\n")
    world.ldconfig()
    world.takes(2)


def test_a_hwcaps_folder_replaces_a_library_since_2_33(glibc: World) -> None:
    glibc.returns("/usr/lib/libf.so", 1)
    glibc.returns("/usr/lib/glibc-hwcaps/x86-64-v2/libf.so", 2)
    glibc.program(CALL_F, needs=("/usr/lib/libf.so",))
    result = glibc.agrees()
    assert glibc.start().code == (2 if "glibc-hwcaps" in result.loaded[0] else 1)


def test_a_hwcaps_folder_is_found_through_the_cache_too(newest_glibc: World) -> None:
    world = newest_glibc
    world.returns("/opt/libf.so", 1)
    world.returns("/opt/glibc-hwcaps/x86-64-v2/libf.so", 2)
    world.write("/etc/ld.so.conf", "/opt\n")
    world.ldconfig()
    world.program(CALL_F, needs=("/opt/libf.so",))
    result = world.agrees()
    assert result.loaded == ("/opt/glibc-hwcaps/x86-64-v2/libf.so",)
    assert world.start().code == 2


def test_a_missing_library_shows_every_path_considered_in_order(glibc: World) -> None:
    glibc.returns("/opt/libf.so", 1)
    glibc.program(CALL_F, _rpath("/one:/two"), needs=("/opt/libf.so",))
    result = glibc.agrees()
    shown = [line.split()[0] for line in result.trace if line.startswith("  /")]
    assert shown[:2] == ["/one/libf.so", "/two/libf.so"]
    assert shown[-1] == "/usr/lib/libf.so"
    assert result.trace[1] == "libf.so (needed by /app):"


def test_a_preloaded_library_comes_first_and_a_missing_one_is_ignored(glibc: World) -> None:
    _two(glibc, "/usr/lib", "/opt")
    glibc.write("/etc/ld.so.preload", "/missing.so /opt/libf.so\n")
    glibc.program(CALL_F, needs=("/usr/lib/libf.so",))
    glibc.takes(2)


def test_what_ld_preload_names_comes_before_all_and_is_ignored_where_it_is_not_there(
    glibc: World,
) -> None:
    _two(glibc, "/usr/lib", "/opt")
    glibc.returns("/etc/libf.so", 3)
    glibc.write("/etc/ld.so.preload", "/etc/libf.so\n")
    glibc.environment["LD_PRELOAD"] = "/missing.so:/opt/libf.so"
    glibc.program(CALL_F, needs=("/usr/lib/libf.so",))
    glibc.takes(2)
    glibc.environment["LD_PRELOAD"] = "libf.so"  # searched for like any other
    glibc.takes(1)


def test_a_preloaded_library_whose_own_library_is_missing_is_refused(glibc: World) -> None:
    glibc.library("/gone/libgone.so", "int gone(void) { return 1; }")
    glibc.library("/opt/libp.so", "int p;", needs=("/gone/libgone.so",))
    glibc.path("/gone/libgone.so").unlink()
    glibc.returns("/usr/lib/libf.so", 1)
    glibc.program(CALL_F, needs=("/usr/lib/libf.so",))
    glibc.environment["LD_PRELOAD"] = "/opt/libp.so"
    assert [r.value for r in glibc.agrees().refusals] == ["libgone.so"]


@pytest.mark.parametrize("text", ["/a;/opt", "/a:/opt", "/opt/", ":/opt"])
def test_folders_of_ld_library_path_are_cut_as_glibc_does(glibc: World, text: str) -> None:
    glibc.returns("/opt/libf.so", 2)
    glibc.environment["LD_LIBRARY_PATH"] = text
    glibc.program(CALL_F, needs=("/opt/libf.so",))
    glibc.takes(2)


def test_an_empty_folder_of_ld_library_path_is_the_working_folder(glibc: World) -> None:
    glibc.returns("/libf.so", 2)
    glibc.environment["LD_LIBRARY_PATH"] = "/nowhere:"
    glibc.program(CALL_F, needs=("/libf.so",))
    glibc.takes(2)


def test_the_folders_of_the_loader_are_read_from_it(glibc: World) -> None:
    view = RootView(DirRoot(glibc.root))
    opened = view.open(GLIBC_LOADER)
    assert isinstance(opened, SharedObject)
    search = Search(view, opened, "x86_64", Log(""), LoadOptions())
    assert search.system_dirs[:2] == ("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu")
    assert search.release is not None


def test_the_environment_of_a_base_counts_where_the_caller_says_nothing(
    newest_glibc: World,
) -> None:
    _two(newest_glibc, "/in/image", "/in/call")
    newest_glibc.program(CALL_F, needs=("/in/image/libf.so",))
    base = RootBase("root", str(newest_glibc.root))
    base.image = base.image._replace(environment=(("LD_LIBRARY_PATH", "/in/image"),))
    facts = read_facts(newest_glibc.path("/app"))
    assert "/in/image/libf.so" in load_in(facts, base).loaded
    told = LoadOptions(library_path=("/in/call",))
    assert "/in/call/libf.so" in load_in(facts, base, told).loaded
