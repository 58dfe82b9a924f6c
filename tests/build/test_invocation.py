from __future__ import annotations

from pathlib import Path

import pytest

from linkcheck.build.gofiles import ModFile
from linkcheck.build.invocation import build_argv, build_call, build_env, passed_on
from linkcheck.build.platforms import Platform, parse_platform
from linkcheck.build.quoting import quoted
from linkcheck.build.recipes import select_recipes
from linkcheck.build.remote import Remote, parse_remote
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
        (
            "static-pie",
            ["-buildmode=pie", "-ldflags", "-linkmode external -extldflags -static-pie"],
        ),
        ("musl", ["-ldflags", "-linkmode external"]),
        ("musl-static", ["-ldflags", "-linkmode external -extldflags -static"]),
        ("race", ["-race"]),
        ("stripped", ["-ldflags", "-s -w"]),
        ("timetzdata", ["-tags", "timetzdata"]),
        ("osusergo", ["-tags", "osusergo"]),
        ("netgo-only", ["-tags", "netgo"]),
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
    environ = {
        "GOPROXY": "https://proxy.example",
        "SECRET": "x",
        "GOPRIVATE": "",
        "PATH": "/bin",
        "GOENV": "off",
    }
    assert passed_on(environ) == {"GOPROXY": "https://proxy.example"}
    assert passed_on({"GOENV": "off", "GOWORK": "/x/go.work"}) == {}
    assert passed_on({"GOENV": "off", "GOWORK": "off"}) == {"GOWORK": "off"}


def test_what_go_env_w_has_set_counts_and_variables_count_more(tmp_path: Path) -> None:
    (tmp_path / "go").mkdir()
    (tmp_path / "go" / "env").write_text(
        "# a comment\nGOPRIVATE=example.com/*\nGOPROXY=direct\nGOBIN=/x\nnonsense\n"
    )
    environ = {"XDG_CONFIG_HOME": str(tmp_path), "GOPROXY": "off"}
    assert passed_on(environ) == {"GOPRIVATE": "example.com/*", "GOPROXY": "off"}
    assert passed_on({**environ, "GOENV": "off"}) == {"GOPROXY": "off"}
    assert passed_on({"GOENV": str(tmp_path / "go" / "env")})["GOPROXY"] == "direct"


def test_a_remote_program_is_installed_into_a_gopath_of_its_own() -> None:
    remote = parse_remote("example.com/tool/v2/cmd/x@v2.0.1")
    assert remote == Remote("example.com/tool/v2/cmd/x", "v2.0.1", "x")
    (stripped,) = select_recipes(["stripped"])
    call = build_call("go", stripped, remote, Platform("linux", "amd64"), tree="/t", work="/w")
    assert call.argv == (
        "go", "install", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w",
        "example.com/tool/v2/cmd/x@v2.0.1",
    )  # fmt: skip
    assert (call.env["GOPATH"], call.env["GOBIN"], call.cwd) == ("/w/gopath", "", "/w")
    assert call.output == "/w/gopath/bin/x"


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("example.com/x", Remote("example.com/x", "latest", "x")),
        ("example.com/x/v3@main", Remote("example.com/x/v3", "main", "x")),
        ("./example.com/x", None),
        ("../x", None),
        ("/abs/example.com/x", None),
        ("cmd/app", None),
        ("example.com", None),
        (".", None),
    ],
)
def test_only_a_path_with_a_domain_reads_as_a_module(text: str, remote: Remote | None) -> None:
    assert parse_remote(text) == remote


@pytest.mark.parametrize("text", ["cmd/app@v1", "example.com/x@", "example.com/x@a b"])
def test_a_version_on_what_is_no_module_path_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"example\.com/tool/cmd/x@v1\.2\.3"):
        parse_remote(text)


def test_only_a_full_version_names_the_same_source_for_ever() -> None:
    pinned = {
        v: Remote("example.com/x", v, "x").pinned for v in ("v1.2.3", "v1.2.3-rc.1", "v1", "latest")
    }
    assert pinned == {"v1.2.3": True, "v1.2.3-rc.1": True, "v1": False, "latest": False}


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
    assert Platform("linux", "arm64").zig_target_for("glibc") == "aarch64-linux-gnu"
    assert Platform("linux", "arm64").zig_target_for("musl") == "aarch64-linux-musl"
    assert Platform("darwin", "arm64").zig_target_for("") is None
    assert parse_platform("linux/amd64/v3").env["GOAMD64"] == "v3"
