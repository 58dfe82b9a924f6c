"""glibc's symbol lookup: what starts, what is refused and in which words, on every glibc here."""

from __future__ import annotations

import pytest

from tests.loader.worlds import World

F = "int f(void){return 7;} "
G = "int g(void){return 8;} "
V1 = "V1 { global: f; g; local: *; };"
USES_F = "int f(void); int run(void) { return f(); }"
TAKES_F = "int f(void); int (*volatile p)(void) = f; int run(void) { return 0; }"
LIBF = "/lib/libf.so"
NOW, LAZY = "-Wl,-z,now", "-Wl,-z,lazy"


def _replaced(world: World, program: str, flag: str, new: str, versions: str | None) -> None:
    """/app linked against a libf that defines f@V1 and g@V1, which then becomes another one."""
    world.library(LIBF, F + G, versions=V1)
    world.program(program, flag, needs=(LIBF,))
    world.library(LIBF, new, versions=versions)


def test_a_program_whose_library_defines_its_symbol_runs(glibc: World) -> None:
    glibc.library(LIBF, F)
    glibc.program(USES_F, needs=(LIBF,))
    result = glibc.agrees()
    assert not result.refusals
    assert result.loaded == (LIBF,)


def test_a_symbol_missing_from_its_version_node_ends_a_bind_now_start(glibc: World) -> None:
    _replaced(glibc, USES_F, NOW, G, V1)
    result = glibc.agrees()
    assert [r.kind for r in result.refusals] == ["symbol"]
    assert (result.error_text or "").endswith("undefined symbol: f, version V1")


def test_a_missing_symbol_that_is_called_lazily_ends_the_call_not_the_start(glibc: World) -> None:
    _replaced(glibc, USES_F, LAZY, G, V1)
    result = glibc.agrees()
    assert not result.refusals
    assert [r.value for r in result.late] == ["f@V1"]


def test_a_missing_symbol_in_data_ends_even_a_lazy_start(glibc: World) -> None:
    _replaced(glibc, TAKES_F, LAZY, G, V1)
    assert glibc.agrees().refusals


def test_a_symbol_that_moved_to_another_version_is_missing(glibc: World) -> None:
    _replaced(glibc, USES_F, NOW, F + G, "V1 { global: g; local: *; }; V2 { global: f; } V1;")
    assert [r.value for r in glibc.agrees().refusals] == ["f@V1"]


def test_a_symbol_may_move_to_another_library_of_the_same_version(glibc: World) -> None:
    glibc.library("/lib/libg.so", G, versions="V1 { global: *; };")
    glibc.library(LIBF, F + G, versions=V1)
    glibc.program(USES_F, NOW, needs=(LIBF, "/lib/libg.so"))
    glibc.library(LIBF, G, versions=V1)
    glibc.library("/lib/libg.so", F, versions="V1 { global: *; };")
    assert not glibc.agrees().refusals


def test_a_library_without_versions_is_accepted_or_asserted_against_as_its_glibc_does(
    glibc: World,
) -> None:
    _replaced(glibc, USES_F, NOW, F, None)
    result = glibc.agrees()
    if result.refusals:
        assert "check_match: Assertion" in (result.error_text or "")
    assert "no version information available" in "\n".join(result.trace)


def test_a_library_with_version_needs_and_no_definitions_is_accepted(glibc: World) -> None:
    glibc.library("/lib/libg.so", G, versions="VG { global: g; local: *; };")
    glibc.library(LIBF, F + G, versions=V1)
    glibc.program(USES_F, NOW, needs=(LIBF,))
    calls_g = "int g(void); int f(void) { return g(); }"
    glibc.library(LIBF, calls_g, needs=("/lib/libg.so",))
    assert not glibc.agrees().refusals


def test_an_unversioned_symbol_matches_a_versioned_default(glibc: World) -> None:
    glibc.library(LIBF, F)
    glibc.program(USES_F, NOW, needs=(LIBF,))
    glibc.library(LIBF, F + G, versions="V1 { global: g; local: *; }; V2 { global: f; } V1;")
    assert not glibc.agrees().refusals


@pytest.mark.parametrize("only", ["V1", "V2", "V3"])
def test_an_unversioned_symbol_matches_a_hidden_definition_of_the_oldest_version_alone(
    glibc: World, only: str
) -> None:
    glibc.library(LIBF, F)
    glibc.program(USES_F, NOW, needs=(LIBF,))
    # symver makes it a hidden one: f@V and not f@@V
    hidden = f'int old(void){{return 3;}} __asm__(".symver old,f@{only}");'
    glibc.library(
        LIBF,
        hidden + G,
        versions="V1 { global: f; g; }; V2 { global: f; } V1; V3 { global: f; local: *; } V2;",
    )
    assert bool(glibc.agrees().refusals) == (only != "V1")


def test_an_undefined_weak_symbol_is_optional(glibc: World) -> None:
    glibc.library(LIBF, G)
    weak = "int f(void) __attribute__((weak)); int run(void) { return f ? f() : 5; }"
    glibc.program(weak, NOW, needs=(LIBF,))
    assert not glibc.agrees().refusals


def test_the_program_itself_serves_the_calls_of_its_libraries(glibc: World) -> None:
    glibc.library(LIBF, "int mine(void); int f(void) { return mine(); }")
    source = "int mine(void) { return 4; } int f(void); int run(void) { return f(); }"
    glibc.program(source, NOW, "-rdynamic", needs=(LIBF,))
    assert not glibc.agrees().refusals


def test_a_copied_variable_is_found_in_its_library_and_missed_when_it_is_gone(
    glibc: World,
) -> None:
    glibc.library(LIBF, "int d = 3;")
    glibc.program("extern int d; int run(void) { return d; }", "-no-pie", "-fno-pic", needs=(LIBF,))
    assert not glibc.agrees().refusals
    glibc.library(LIBF, "int e;")
    assert [r.value for r in glibc.agrees().refusals] == ["d"]


def test_a_library_found_through_two_names_is_loaded_once(glibc: World) -> None:
    glibc.library("/lib/libone.so", F, soname="")
    glibc.link("/lib/libtwo.so", "libone.so")
    glibc.program(USES_F, "-L" + str(glibc.path("/lib")), "-l:libone.so", "-l:libtwo.so")
    result = glibc.agrees()
    assert result.loaded == ("/lib/libone.so",)


def _broken(world: World, name: str, *needs: str) -> str:
    """A library that misses a symbol of its own in its data."""
    path = f"/lib/lib{name}.so"
    calls = "".join(f"int {n}(void);" for n in needs)
    body = "".join(f"+{n}()" for n in needs)
    source = f"int miss_{name}(void); int (*p_{name})(void) = miss_{name}; {calls}"
    world.library(
        path,
        f"{source} int {name}(void) {{ return 1{body}; }}",
        needs=tuple(f"/lib/lib{n}.so" for n in needs),
    )
    return path


@pytest.mark.parametrize(
    ("libraries", "order"),
    [
        ({"a": "", "b": ""}, "ab"),
        ({"c": "", "b": "c"}, "cb"),
        ({"c": "", "b": "c"}, "bc"),
        ({"d": "", "c": "d", "b": "c"}, "dbc"),
        ({"e": "", "d": "", "c": "de", "b": "ec"}, "debc"),
        ({"e": "", "d": "", "c": "ed", "b": "d"}, "cb"),
    ],
)
def test_libraries_are_relocated_dependencies_first(
    glibc: World, libraries: dict[str, str], order: str
) -> None:
    for name, needs in libraries.items():
        _broken(glibc, name, *needs)
    calls = "".join(f"int {n}(void);" for n in order)
    body = "+".join(f"{n}()" for n in order)
    glibc.program(
        f"{calls} int run(void) {{ return {body}; }}",
        needs=tuple(f"/lib/lib{n}.so" for n in order),
    )
    assert glibc.agrees().error_text


def test_libraries_that_need_each_other_are_relocated_in_the_loaders_own_order(
    glibc: World,
) -> None:
    for name in "abc":
        _broken(glibc, name)
    for name, needs in {"a": "bc", "b": "c", "c": "a"}.items():
        _broken(glibc, name, *needs)
    source = "int c(void), a(void); int run(void) { return a() + c(); }"
    glibc.program(source, needs=("/lib/libc.so", "/lib/liba.so"))
    assert glibc.agrees().error_text
