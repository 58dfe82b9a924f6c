"""What the imports of a Go module say of C, before anything is compiled."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkcheck.gate.builder import builder_of
from linkcheck.gate.contents import Contents
from linkcheck.gate.context import Context
from linkcheck.gate.entry import entry_of
from linkcheck.gate.stages import arguments, parse_dockerfile
from linkcheck.model.builder import Builder

DOCKERFILE = """FROM golang:1.27-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
COPY . .
RUN go build -trimpath -ldflags "-s -w" -o /out/app TARGET
FROM scratch
COPY --from=build /out/app /app
ENTRYPOINT ["/app"]
"""


def built(folder: Path, files: dict[str, str], target: str = ".", tags: str = "") -> Builder:
    for name, text in {"go.mod": "module example.com/m\n\ngo 1.22\n", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    text = DOCKERFILE.replace("TARGET", f"{tags} {target}".strip())
    args = arguments(parse_dockerfile(text), {}, "linux/amd64", "linux/amd64")
    context = Context(folder)
    contents = Contents(parse_dockerfile(text), args, context)
    found = builder_of(contents, entry_of(contents, contents.image(1)), context)
    assert found is not None
    return found


def source(*imports: str) -> str:
    lines = "".join(f'\t"{name}"\n' for name in imports)
    return f"package main\n\nimport (\n{lines})\n\nfunc main() {{}}\n"


@pytest.mark.parametrize(
    ("imports", "answer"),
    [
        (("fmt", "strings"), "no"),
        (("net/url", "net/netip"), "no"),
        (("net",), "yes"),
        (("net/http/pprof",), "yes"),
        (("os/user",), "yes"),
        (("crypto/tls",), "yes"),
        (("fmt", "github.com/x/y"), "unknown"),
    ],
)
def test_the_imports_of_the_main_package_decide(
    tmp_path: Path, imports: tuple[str, ...], answer: str
) -> None:
    assert built(tmp_path, {"main.go": source(*imports)}).calls_c == answer


def test_packages_of_the_own_module_are_followed_and_the_import_is_named(tmp_path: Path) -> None:
    files = {
        "cmd/app/main.go": source("example.com/m/internal/a"),
        "internal/a/a.go": 'package a\n\nimport _ "example.com/m/internal/b"\n',
        "internal/b/b.go": 'package b\n\nimport x "net/http"\n',
        "cmd/other/main.go": 'package main\n\nimport "C"\n',
    }
    found = built(tmp_path, files, "./cmd/app")
    assert (found.calls_c, found.because) == ("yes", "internal/b/b.go imports net/http")


@pytest.mark.parametrize("name", ["main_test.go", "main_windows.go", "x_darwin_arm64.go", "gen.go"])
def test_files_that_are_not_compiled_for_linux_do_not_count(tmp_path: Path, name: str) -> None:
    extra = '//go:build ignore\n\npackage main\n\nimport "net"\n'
    files = {"main.go": source("fmt"), name: extra if name == "gen.go" else source("net")}
    assert built(tmp_path, files).calls_c == "no"


def test_pure_tags_leave_own_c_code_alone(tmp_path: Path) -> None:
    tags = "-tags netgo,osusergo"
    assert built(tmp_path, {"main.go": source("net/http")}, tags=tags).calls_c == "no"
    own = {"main.go": 'package main\n\n// int x;\nimport "C"\n'}
    assert built(tmp_path, own, tags=tags).calls_c == "yes"


def test_an_import_in_a_comment_is_none(tmp_path: Path) -> None:
    text = 'package main\n\n/*\nimport "net"\n*/\n\nimport "fmt"\n'
    assert built(tmp_path, {"main.go": text}).calls_c == "no"


@pytest.mark.parametrize("target", ["./...", "./missing", "$PKG", "example.com/other", "./a ./b"])
def test_a_main_package_that_cannot_be_found_is_unknown(tmp_path: Path, target: str) -> None:
    assert built(tmp_path, {"main.go": source("fmt")}, target).calls_c == "unknown"


def test_imports_in_a_ring_end(tmp_path: Path) -> None:
    files = {
        "main.go": source("example.com/m/a"),
        "a/a.go": 'package a\n\nimport "example.com/m/b"\n',
        "b/b.go": 'package b\n\nimport "example.com/m/a"\n',
    }
    assert built(tmp_path, files).calls_c == "no"
