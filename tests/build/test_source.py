from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.build.gofiles import package_name
from linkcheck.build.mains import MAX_FOLDERS, find_mains
from linkcheck.build.source import locate, locate_all, others_below
from linkcheck.errors import UnreadableFileError, UsageError

Write = Callable[[dict[str, str]], Path]
MAIN = "package main\n\nfunc main() {}\n"
LIBRARY = "package lib\n"
MOD = "module example.com/app\n\ngo 1.21\n"


def test_a_folder_with_a_main_package_is_taken_with_its_module(write: Write) -> None:
    source = locate(write({"go.mod": MOD, "main.go": MAIN}))
    assert (source.argument, source.name, source.vendored) == (".", "app", False)
    assert source.mod is not None
    assert source.mod.path == "example.com/app"


def test_a_main_package_below_belongs_to_the_module_found_upwards(write: Write) -> None:
    top = write({"go.mod": MOD, "lib/lib.go": LIBRARY, "cmd/tool/main.go": MAIN})
    for asked in (top, top / "cmd", top / "cmd" / "tool"):
        source = locate(asked)
        assert (source.tree, source.argument, source.name) == (top, "./cmd/tool", "tool")


def test_several_main_packages_are_named_and_one_must_be_chosen(write: Write) -> None:
    top = write({"go.mod": MOD, "cmd/a/main.go": MAIN, "cmd/b/main.go": MAIN})
    with pytest.raises(UsageError, match=r"2 main packages \(cmd/a, cmd/b\).*--main"):
        locate(top)
    assert locate(top, "cmd/b").argument == "./cmd/b"
    assert locate(top, "./cmd/b/").argument == "./cmd/b"
    assert locate(top, "a").argument == "./cmd/a"


def test_all_main_packages_below_are_built_unless_some_are_named(write: Write) -> None:
    top = write({"go.mod": MOD, "cmd/a/main.go": MAIN, "cmd/b/main.go": MAIN, "lib/l.go": LIBRARY})
    assert [s.argument for s in locate_all(top)] == ["./cmd/a", "./cmd/b"]
    assert [s.argument for s in locate_all(top, ["b", "cmd/a", "b"])] == ["./cmd/b", "./cmd/a"]


def test_a_folder_that_is_a_main_package_is_built_alone_and_the_rest_on_request(
    write: Write,
) -> None:
    top = write({"go.mod": MOD, "main.go": MAIN, "cmd/a/main.go": MAIN})
    alone = locate_all(top)
    assert [s.argument for s in alone] == ["."]
    assert others_below(top, alone) == ("cmd/a",)
    assert [s.argument for s in locate_all(top, ["./..."])] == [".", "./cmd/a"]


def test_programs_of_one_name_are_told_apart_by_their_paths(write: Write) -> None:
    top = write({"go.mod": MOD, "a/x/m.go": MAIN, "b/x/m.go": MAIN, "c/m.go": MAIN})
    assert [s.name for s in locate_all(top)] == ["a-x", "b-x", "c"]


def test_a_workspace_holds_the_main_packages_of_the_modules_that_it_uses(write: Write) -> None:
    top = write(
        {
            "go.work": "go 1.21\n\nuse ./app\nuse ./tool\n",
            "app/go.mod": MOD,
            "app/main.go": MAIN,
            "tool/go.mod": "module example.com/tool\n",
            "tool/cmd/t/main.go": MAIN,
            "unused/go.mod": "module example.com/unused\n",
            "unused/main.go": MAIN,
        }
    )
    found = locate_all(top)
    assert [(s.tree, s.module, s.argument) for s in found] == [
        (top, Path("app"), "."),
        (top, Path("tool"), "./cmd/t"),
    ]


def test_with_version_control_the_tree_reaches_up_to_the_repository(write: Write) -> None:
    top = write({".git/HEAD": "", "app/go.mod": MOD, "app/main.go": MAIN})
    (plain,), (stamped,) = locate_all(top / "app"), locate_all(top / "app", vcs=True)
    assert (plain.tree, stamped.tree) == (top / "app", top)
    assert stamped.module == Path("app")


def test_a_main_package_in_the_folder_itself_wins_over_those_below(write: Write) -> None:
    top = write({"go.mod": MOD, "main.go": MAIN, "cmd/a/main.go": MAIN})
    assert locate(top).argument == "."


def test_an_unknown_main_is_refused_with_those_that_there_are(write: Write) -> None:
    top = write({"go.mod": MOD, "x/main.go": MAIN, "a/x/main.go": MAIN, "b/x/main.go": MAIN})
    with pytest.raises(UsageError, match=r"no main package 'nope'.*a/x, b/x, x"):
        locate(top, "nope")
    assert locate(top, "x").argument == "./x"


def test_an_ambiguous_last_part_is_not_guessed(write: Write) -> None:
    top = write({"go.mod": MOD, "a/x/main.go": MAIN, "b/x/main.go": MAIN})
    with pytest.raises(UsageError, match="more than one main package 'x'"):
        locate(top, "x")


def test_what_go_does_not_look_into_is_not_searched(write: Write) -> None:
    top = write(
        {
            "go.mod": MOD,
            "vendor/x/main.go": MAIN,
            "testdata/main.go": MAIN,
            "_old/main.go": MAIN,
            ".hidden/main.go": MAIN,
            "lib/main_test.go": MAIN,
            "cmd/main.go": MAIN,
        }
    )
    assert find_mains(top) == (top / "cmd",)


def test_nested_modules_count_only_where_the_folder_has_no_main_of_its_own(write: Write) -> None:
    top = write({"go.mod": MOD, "cmd/main.go": MAIN, "tools/go.mod": MOD, "tools/x/main.go": MAIN})
    assert find_mains(top) == (top / "cmd",)
    (top / "cmd" / "main.go").unlink()
    source = locate(top)
    assert (source.tree, source.argument) == (top / "tools", "./x")


def test_a_generator_beside_a_library_is_no_main_package(write: Write) -> None:
    generator = "// Copyright\n\n//go:build ignore\n\npackage main\n"
    top = write({"go.mod": MOD, "lib.go": LIBRARY, "gen.go": generator, "cmd/main.go": MAIN})
    assert find_mains(top) == (top / "cmd",)


def test_other_build_constraints_are_not_obeyed_as_the_builder_decides_them(write: Write) -> None:
    top = write({"go.mod": MOD, "main.go": "//go:build plan9\n\npackage main\n"})
    assert find_mains(top) == (top,)


def test_no_main_package_at_all_says_what_to_look_for(write: Write) -> None:
    with pytest.raises(UsageError, match=r"no main package.*package main"):
        locate(write({"go.mod": MOD, "lib.go": LIBRARY}))


def test_a_folder_outside_of_any_module_is_built_as_before_modules(write: Write) -> None:
    source = locate(write({"old tool/main.go": MAIN}) / "old tool")
    assert source.mod is None
    assert (source.argument, source.name) == (".", "old_tool")


def test_a_major_version_in_the_module_path_is_not_the_name(write: Write) -> None:
    assert locate(write({"go.mod": "module example.com/tool/v2\n", "m.go": MAIN})).name == "tool"


def test_vendored_modules_need_no_network(write: Write) -> None:
    mod = MOD + "\nrequire (\n\texample.com/x v1.0.0 // indirect\n)\n"
    top = write({"go.mod": mod, "m.go": MAIN})
    assert locate(top).needs_modules
    write({"vendor/modules.txt": "# example.com/x v1.0.0\n"})
    source = locate(top)
    assert source.vendored
    assert not source.needs_modules


def test_the_standard_library_alone_needs_no_network(write: Write) -> None:
    assert not locate(write({"go.mod": MOD, "m.go": MAIN})).needs_modules


def test_the_tree_reaches_as_far_as_local_replacements(write: Write) -> None:
    mod = MOD + 'replace example.com/x => ../libs/x\nreplace example.com/y => "../y"\n'
    top = write({"app/go.mod": mod, "app/m.go": MAIN, "libs/x/go.mod": "module example.com/x\n"})
    source = locate(top / "app")
    assert (source.tree, source.module, source.argument) == (top, Path("app"), ".")


def test_the_tree_of_a_workspace_holds_all_its_modules(write: Write) -> None:
    top = write(
        {
            "go.work": "go 1.21\n\nuse (\n\t./app\n\t./lib // shared\n)\n",
            "app/go.mod": MOD,
            "app/cmd/m.go": MAIN,
            "lib/go.mod": "module example.com/lib\n",
        }
    )
    source = locate(top / "app")
    assert (source.tree, source.module, source.argument) == (top, Path("app"), "./cmd")


def test_a_source_that_is_not_there_or_no_folder_is_refused(write: Write) -> None:
    top = write({"main.go": MAIN})
    with pytest.raises(UnreadableFileError, match="nope: No such file"):
        locate(top / "nope")
    with pytest.raises(UsageError, match="not a folder"):
        locate(top / "main.go")
    (top / "loop").symlink_to("loop")
    with pytest.raises(UnreadableFileError, match="loop"):
        locate(top / "loop")


def test_a_link_that_leads_back_up_does_not_make_the_search_endless(write: Write) -> None:
    top = write({"go.mod": MOD, "cmd/main.go": MAIN})
    (top / "cmd" / "again").symlink_to(top)
    assert find_mains(top) == (top / "cmd",)
    assert MAX_FOLDERS < 1_000_000


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("package main", "main"),
        ("\ufeff// c\n\n/* package no */ package main // x\n", "main"),
        ("/*\npackage no\n*/\npackage other\n", "other"),
        ("//go:build ignore\npackage main\n", None),
        ("// +build ignore\n\npackage main\n", None),
        ("//go:build !ignore\npackage main\n", "main"),
        ("package main\n//go:build ignore\n", "main"),
        ("/* open", None),
        ("", None),
        ("func main() {}", None),
        ("package größe\n", None),
    ],
)
def test_a_package_clause_is_read_past_comments(
    tmp_path: Path, text: str, name: str | None
) -> None:
    file = tmp_path / "x.go"
    file.write_text(text, "utf-8")
    found = package_name(file)
    assert found == name or (name is None and found != "main")
