"""Dockerfiles that compile: what stands in them for each layout of Go sources."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.build.extras import Extras
from linkcheck.build.recipes import user_recipes
from linkcheck.engine.engine import Image
from linkcheck.errors import LinkcheckError, MissingToolError, UsageError
from tests.build.modproxy import publish
from tests.cli.command import linkcheck
from tests.conftest import FIXTURES
from tests.ship.modules import alone, replaced, two_mains, vendored, workspace
from tests.ship.shipped import gated, hadolint, shipped, steps, write

Build = Callable[..., Path]
pytestmark = pytest.mark.go


def test_source_is_compiled_for_each_platform_without_hiding_it() -> None:
    text = shipped(FIXTURES / "rng").dockerfile
    assert "FROM --platform=$BUILDPLATFORM golang:" in text
    assert "\nARG TARGETOS\nARG TARGETARCH\nARG TARGETVARIANT\n" in text
    assert "CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH GOARM=${TARGETVARIANT#v}" in text
    assert text.count("--mount=type=cache") == 2
    assert "go mod download" not in text
    assert "FROM scratch" in steps(text)
    assert "COPY --from=build" in text
    assert text.count("COPY") == 2


def test_time_zones_that_the_base_lacks_are_linked_in() -> None:
    assert " -tags timetzdata " in shipped(FIXTURES / "tz", "scratch").dockerfile
    assert "zoneinfo" not in shipped(FIXTURES / "tz", "scratch").dockerfile
    assert "timetzdata" not in shipped(FIXTURES / "tz", "gcr.io/distroless/static").dockerfile


@pytest.mark.parametrize(
    ("base", "builder"),
    [
        ("gcr.io/distroless/base-debian12", "-bookworm AS build"),
        ("debian:13-slim", "-trixie AS build"),
        ("ubuntu:24.04", "-bookworm AS build"),
    ],
)
def test_source_that_calls_c_gets_a_builder_whose_libc_the_base_can_follow(
    base: str, builder: str, build_fixture: Build
) -> None:
    build_fixture("cgomath", CGO_ENABLED="1")  # skips without a C compiler
    text = shipped(FIXTURES / "cgomath", base).dockerfile
    assert builder in text
    assert "$BUILDPLATFORM" not in text  # gcc of that image makes no programs for another CPU
    assert "TARGET" not in text
    assert "CGO_ENABLED=1" in text


def test_a_base_that_is_older_than_every_builder_is_refused(build_fixture: Build) -> None:
    build_fixture("cgomath", CGO_ENABLED="1")
    with pytest.raises(LinkcheckError, match=r"debian:11-slim|glibc 2\.31"):
        shipped(FIXTURES / "cgomath", "debian:11-slim")


def test_a_base_that_only_looks_older_than_the_builder_can_be_tried(build_fixture: Build) -> None:
    """Ubuntu 22.04 has glibc 2.35; what Debian 12's compiles may do with 2.34."""
    build_fixture("cgomath", CGO_ENABLED="1")
    with pytest.raises(UsageError, match=r"see whether what --image golang:.*-bookworm compiles"):
        shipped(FIXTURES / "cgomath", "ubuntu:22.04")


@pytest.mark.docker
def test_an_image_of_the_users_own_compiles_and_stands_in_the_file(golang: Image) -> None:
    wishes = {"builder": "auto", "image": "golang:bookworm"}
    text = shipped(FIXTURES / "cgomath", "ubuntu:22.04", **wishes).dockerfile
    assert "FROM golang:bookworm AS build" in text
    assert "FROM ubuntu:22.04" in text


def test_a_static_recipe_takes_musl_of_an_alpine_builder(build_fixture: Build) -> None:
    build_fixture("cgomath", CGO_ENABLED="1")
    try:
        text = shipped(FIXTURES / "cgomath", "scratch").dockerfile
    except (MissingToolError, UsageError) as error:
        assert "no C compiler" in str(error)
        pytest.skip("no C compiler for musl")
    assert "-alpine" in text
    assert "RUN apk add --no-cache gcc musl-dev" in text
    assert "-extldflags -static" in text
    assert "FROM scratch" in text


@pytest.mark.parametrize(
    ("layout", "workdir", "context"),
    [(alone, "/src", "."), (replaced, "/src/app", ".."), (workspace, "/src/app", "..")],
)
def test_the_context_holds_every_module_that_takes_part(
    layout: Callable[[Path], Path], workdir: str, context: str, tmp_path: Path
) -> None:
    text = shipped(layout(tmp_path)).dockerfile
    assert f"WORKDIR {workdir}" in steps(text)
    call = "docker build [--platform ...]"
    assert f"#   {call} {'' if context == '.' else '-f FILE '}{context}" in text.splitlines()
    assert "go mod download" not in text


def test_a_vendor_folder_is_used_and_nothing_is_downloaded(tmp_path: Path) -> None:
    text = shipped(vendored(tmp_path)).dockerfile
    assert "-mod=vendor" in text
    assert "go mod download" not in text
    assert "GOPROXY" not in text


def test_one_of_several_programs_is_chosen_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"2 main packages \(one, two\): choose one with --main"):
        shipped(two_mains(tmp_path))
    assert "-o /out/app ./cmd/two" in shipped(tmp_path, mains=("two",)).dockerfile


def test_the_folder_of_a_program_names_the_context_above_it(tmp_path: Path) -> None:
    text = shipped(two_mains(tmp_path) / "cmd" / "one").dockerfile
    assert "-f FILE ../.." in text
    assert "-o /out/app ./cmd/one" in text


def test_go_that_is_older_than_go_mod_asks_for_is_told_in_one_line(tmp_path: Path) -> None:
    done = linkcheck("dockerfile", alone(tmp_path, go="1.99"), "--builder", "local")
    assert (done.returncode, done.stdout) == (2, "")
    said = [line for line in done.stderr.splitlines() if "error:" in line]
    assert len(said) == 1
    assert "go >= 1.99" in said[0]


def test_modules_are_downloaded_before_the_sources_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, go_toolchain: Path
) -> None:
    proxy = tmp_path / "proxy"
    files = {"go.mod": "module example.com/lib\n", "lib.go": 'package lib\n\nconst Name = "lib"\n'}
    publish(proxy, "example.com/lib", "v1.0.0", files)
    folder = vendored(tmp_path / "app")
    shutil.rmtree(folder / "vendor")
    for name, value in _settings(proxy, tmp_path).items():
        monkeypatch.setenv(name, value)
    subprocess.run([go_toolchain, "mod", "tidy"], cwd=folder, check=True)  # writes go.sum
    text = shipped(folder).dockerfile
    order = [
        "ARG GOPROXY",
        "COPY go.mod go.sum ./",
        "go mod download",
        "COPY . /src",
        "go build",
    ]
    assert sorted(order, key=text.index) == order
    assert "GOFLAGS=-modcacherw" in text  # a setting of the user's own is kept


def test_a_program_of_a_module_proxy_is_pinned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = tmp_path / "proxy"
    main = 'package main\n\nfunc main() { println("hi") }\n'
    publish(
        proxy,
        "example.com/tool",
        "v1.2.3",
        {"go.mod": "module example.com/tool\n", "cmd/greet/main.go": main},
    )
    for name, value in _settings(proxy, tmp_path).items():
        monkeypatch.setenv(name, value)
    text = shipped("example.com/tool/cmd/greet").dockerfile
    assert "go install -trimpath -buildvcs=false example.com/tool/cmd/greet@v1.2.3" in text
    assert "COPY --from=build /out/app /app" in text
    assert "COPY ." not in text
    hadolint(_at(tmp_path, text))


def test_additions_to_the_recipe_stand_in_the_file_as_a_shell_reads_them(tmp_path: Path) -> None:
    extras = Extras(
        env=(("CGO_CFLAGS", "-O2 -g"),),
        tags=("netgo",),
        ldflags=("-s", "-X", "main.name=it's me"),
    )
    text = shipped(alone(tmp_path), extras=extras).dockerfile
    assert "CGO_CFLAGS='-O2 -g'" in text
    assert "-tags netgo" in text
    assert """-ldflags '-s -X "main.name=it'"'"'s me"'""" in text
    hadolint(_at(tmp_path, text))


def test_a_recipe_of_the_users_own_is_known(tmp_path: Path) -> None:
    own = user_recipes({"small": {"env": {"CGO_ENABLED": "0"}, "ldflags": ["-s", "-w"]}}, "file")
    text = shipped(alone(tmp_path), recipe="small", own=own).dockerfile
    assert "-ldflags '-s -w'" in text


@pytest.mark.parametrize(
    ("recipe", "why"),
    [
        ("all", "more than one recipe"),
        ("race", "for tests only"),
        ("nonsense", "there is no recipe"),
    ],
)
def test_a_recipe_that_makes_no_image_is_refused(recipe: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=why):
        shipped(alone(tmp_path), recipe=recipe)


def test_a_folder_that_no_dockerfile_can_name_is_refused(tmp_path: Path) -> None:
    folder = replaced(tmp_path)
    odd = folder.rename(tmp_path / "a$b")
    with pytest.raises(UsageError, match="can't be named"):
        shipped(odd)


def test_source_outside_of_a_module_is_told_how_to_become_one(tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {}\n")
    with pytest.raises(UsageError, match="go mod init"):
        shipped(tmp_path)


def test_a_folder_without_a_program_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no main package"):
        shipped(tmp_path)


def test_what_go_may_embed_is_sent_to_the_engine(tmp_path: Path) -> None:
    ignored = shipped(alone(tmp_path)).ignore.splitlines()
    assert ".git" in ignored
    assert not {"dist", "bin", "**/testdata", "*.md"} & set(ignored)


@pytest.mark.parametrize("fixture", ["rng", "users", "tmpfile", "tz"])
def test_hadolint_and_the_gate_have_nothing_to_say_from_source(
    fixture: str, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(FIXTURES / fixture, tmp_path / fixture))
    place = write(shipped(folder, "scratch"), folder)
    hadolint(place)
    gated(place)


def _at(folder: Path, text: str) -> Path:
    place = folder / "Dockerfile"
    place.write_text(text)
    return place


def _settings(proxy: Path, folder: Path) -> dict[str, str]:
    return {
        "GOPROXY": proxy.as_uri(),
        "GONOSUMDB": "*",
        "GONOSUMCHECK": "1",
        "GOSUMDB": "off",
        "GOFLAGS": "-modcacherw",
        "GOMODCACHE": str(folder / "modules"),
    }
