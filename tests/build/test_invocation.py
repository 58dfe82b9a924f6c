from __future__ import annotations

from pathlib import Path

import pytest

from linkcheck.build.gofiles import ModFile
from linkcheck.build.invocation import build_argv, build_env, passed_on, quoted
from linkcheck.build.platforms import Platform, parse_platform
from linkcheck.build.recipes import select_recipes
from linkcheck.build.source import Source
from linkcheck.errors import UsageError

SOURCE = Source(Path("/m"), Path(), Path("cmd/x"), "x", ModFile("example.com/m", requires=False))
ALWAYS = ["go", "build", "-trimpath", "-buildvcs=false", "-mod=readonly"]


@pytest.mark.parametrize(
    ("recipe", "flags"),
    [
        ("default", []),
        ("netgo", ["-tags", "netgo,osusergo", "-installsuffix", "netgo"]),
        ("cgo-off", []),
        ("static-glibc", ["-ldflags", "-linkmode external -extldflags -static"]),
        ("pie", ["-buildmode=pie"]),
    ],
)
def test_each_recipe_becomes_the_call_that_a_go_developer_would_type(
    recipe: str, flags: list[str]
) -> None:
    (chosen,) = select_recipes([recipe])
    assert build_argv("go", chosen, SOURCE, "/out") == [*ALWAYS, *flags, "-o", "/out", "./cmd/x"]


def test_vendored_sources_are_built_from_the_vendor_folder() -> None:
    vendored = Source(SOURCE.tree, SOURCE.module, SOURCE.package, "x", SOURCE.mod, vendored=True)
    assert "-mod=vendor" in build_argv("go", select_recipes(["pie"])[0], vendored, "/out")


def test_outside_of_a_module_no_module_flag_is_given() -> None:
    bare = Source(Path("/m"), Path(), Path(), "m", None)
    argv = build_argv("go", select_recipes(["default"])[0], bare, "/out")
    assert not [flag for flag in argv if flag.startswith("-mod")]
    env = build_env(select_recipes(["default"])[0], bare, Platform("linux", "amd64"))
    assert env["GO111MODULE"] == "off"


def test_the_environment_names_platform_cgo_and_toolchain() -> None:
    env = build_env(select_recipes(["cgo-off"])[0], SOURCE, parse_platform("linux/arm/v7"))
    assert env == {
        "GOOS": "linux",
        "GOARCH": "arm",
        "GOARM": "7",
        "GOTOOLCHAIN": "local",
        "GO111MODULE": "on",
        "CGO_ENABLED": "0",
    }


def test_only_what_concerns_fetching_and_building_is_passed_into_a_container() -> None:
    environ = {"GOPROXY": "https://proxy.example", "SECRET": "x", "GOPRIVATE": "", "PATH": "/bin"}
    assert passed_on(environ) == {"GOPROXY": "https://proxy.example"}


@pytest.mark.parametrize(
    ("word", "text"),
    [("-static", "-static"), ("a b", "'a b'"), ("it's", '"it\'s"'), ("", "''")],
)
def test_words_with_spaces_survive_the_splitting_of_go(word: str, text: str) -> None:
    assert quoted(word) == text


@pytest.mark.parametrize("text", ["", "linux", "linux/", "Linux/AMD64", "a/b/c/d", "linux/amd64\n"])
def test_what_is_no_platform_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="write GOOS/GOARCH"):
        parse_platform(text)


def test_a_platform_names_its_folder_and_zig_target() -> None:
    assert parse_platform("linux/arm/v7").folder == "linux_arm_v7"
    assert Platform("linux", "arm64").zig_target == "aarch64-linux-gnu"
    assert Platform("darwin", "arm64").zig_target is None
