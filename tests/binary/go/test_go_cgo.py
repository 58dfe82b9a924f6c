from __future__ import annotations

import pytest

from linkcheck.binary.go.cgo import cgo_packages, module_of
from linkcheck.model.facts import CgoPackage, Module

MAIN = Module("example.com/app", "(devel)")
SQLITE = Module("github.com/mattn/go-sqlite3", "v1.14.22")
NESTED = Module("github.com/mattn/go-sqlite3/extra", "v0.1.0")
FORK = Module("example.com/lib", "v1.0.0", "", Module("example.com/fork", "v1.0.1"))
LOCAL = Module("example.com/near", "v1.0.0", "", Module("../near"))
DEPS = (SQLITE, NESTED, FORK, LOCAL)


def test_wrappers_are_grouped_by_package_with_the_c_functions_sorted() -> None:
    names = [
        b"github.com/mattn/go-sqlite3._Cfunc_sqlite3_step",
        b"github.com/mattn/go-sqlite3._C2func_sqlite3_open",
        b"net._C2func_getaddrinfo",
        b"main._Cfunc_sqrt",
    ]
    assert cgo_packages(names, MAIN, DEPS) == (
        CgoPackage(
            "github.com/mattn/go-sqlite3",
            ("sqlite3_open", "sqlite3_step"),
            "github.com/mattn/go-sqlite3 v1.14.22",
        ),
        CgoPackage("main", ("sqrt",), "example.com/app"),
        CgoPackage("net", ("getaddrinfo",), "std"),
    )


def test_conversions_that_cgo_writes_in_go_count_for_the_c_that_they_call() -> None:
    names = [b"a/b._Cfunc_GoString", b"a/c._Cfunc_CString", b"a/d._Cfunc__CMalloc", b"a/e._Cgo_ptr"]
    assert [(p.package, p.functions) for p in cgo_packages(names, None, ())] == [
        ("a/b", ()),
        ("a/c", ("malloc",)),
        ("a/d", ("malloc",)),
        ("a/e", ()),
    ]


def test_macros_are_named_as_in_c() -> None:
    names = [b"x/y._Cfunc__Cmacro_stdout", b"x/y._Cmacro_stderr"]
    assert cgo_packages(names, None, ())[0].functions == ("stderr", "stdout")


def test_the_runtimes_own_bridge_to_c_is_nobodys_call() -> None:
    assert cgo_packages([b"runtime/cgo._Cfunc_x", b"runtime._Cgo_ptr"], None, ()) == ()


def test_escaped_dots_of_a_package_path_are_undone() -> None:
    yaml = Module("gopkg.in/yaml.v3", "v3.0.1")
    (package,) = cgo_packages([b"gopkg.in/yaml%2ev3._Cfunc_f"], MAIN, (yaml,))
    assert (package.package, package.module) == ("gopkg.in/yaml.v3", "gopkg.in/yaml.v3 v3.0.1")


def test_names_that_only_look_like_wrappers_are_left_out() -> None:
    names = [b"a/b._CType.Method", b"a/b.f._Cother", b"_Cfunc_f", b"\xff._C"]
    assert cgo_packages(names, None, ()) == ()


@pytest.mark.parametrize(
    ("package", "module"),
    [
        ("github.com/mattn/go-sqlite3/extra/x", "github.com/mattn/go-sqlite3/extra v0.1.0"),
        ("github.com/mattn/go-sqlite3-other", None),
        ("example.com/lib/c", "example.com/lib v1.0.0 => example.com/fork v1.0.1"),
        ("example.com/near", "example.com/near v1.0.0 => ../near"),
        ("example.com/app/internal/c", "example.com/app"),
        ("os/user", "std"),
        ("vendor/golang.org/x/net", "std"),
        ("example.com/app/vendor/example.com/lib/c",
         "example.com/lib v1.0.0 => example.com/fork v1.0.1"),
        ("example.com/app/vendor/example.com/gone/c", "example.com/app"),
        ("example.org/unknown", None),
    ],
)  # fmt: skip
def test_the_longest_module_path_owns_a_package(package: str, module: str | None) -> None:
    assert module_of(package, MAIN, DEPS) == module


def test_a_module_without_dots_beats_the_standard_library() -> None:
    assert module_of("log/c", Module("log/c", "(devel)"), ()) == "log/c"
