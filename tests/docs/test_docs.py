"""The documents say what the program does."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck import errors
from linkcheck.cli.app import COMMANDS
from tests.cli.command import PROJECT, linkcheck
from tools import docs

README = (PROJECT / "README.md").read_text(encoding="utf-8")
BASES = (
    "scratch",
    "gcr.io/distroless/static-debian13",
    "gcr.io/distroless/base-debian13",
    "alpine:3.23",
    "debian:13-slim",
)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith("linkcheck ")]


@pytest.mark.parametrize("name", docs.pages())
def test_generated_pages_are_up_to_date(name: str) -> None:
    assert (docs.DOCS / name).read_text(encoding="utf-8") == docs.pages()[name]


@pytest.mark.go
@pytest.mark.parametrize("command", commands())
def test_each_command_of_the_readme_works(
    command: str,
    build_fixture: Callable[..., Path],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    program = build_fixture("hello")
    (tmp_path / "bin").mkdir()
    (tmp_path / "rootfs").mkdir()
    for place in ("app", "bin/app"):
        (tmp_path / place).symlink_to(program)
    (tmp_path / "cmd").mkdir()
    (tmp_path / "cmd" / "app").symlink_to(PROJECT / "fixtures" / "hello")
    (tmp_path / "Dockerfile").write_text('FROM scratch\nCOPY app /\nENTRYPOINT ["/app"]\n')
    arguments = shlex.split(command, comments=True)[1:]
    if arguments[0] == "verify":
        request.getfixturevalue("bwrap")
    if arguments == ["image", "oci-dir:image"]:
        make = ("image", "build", "./app", "--base", "scratch", "--no-verify")
        assert linkcheck(*make, "--output", arguments[1], cwd=tmp_path).returncode == 0
    local = ("--builder", "local")
    flags = {"matrix": ("--recipe", "cgo-off", *local), "ways": local, "dockerfile": local}
    builds = arguments[0] in flags  # and tells its progress
    done = linkcheck(*arguments, *flags.get(arguments[0], ()), cwd=tmp_path)
    assert (done.returncode, "" if builds else done.stderr) == (0, "")
    assert done.stdout or (tmp_path / "report.json").read_text().startswith("{")


@pytest.mark.go
def test_the_output_in_the_readme_is_what_is_printed(
    build_fixture: Callable[..., Path], tmp_path: Path
) -> None:
    program = build_fixture("httpsget", CGO_ENABLED="1", GOARCH="amd64")
    (tmp_path / "httpsget").symlink_to(program)
    flags = [flag for base in BASES for flag in ("--base", base)]
    printed = linkcheck("analyze", "./httpsget", *flags, cwd=tmp_path).stdout
    (shown,) = blocks("text")
    # compilers and toolchains differ from machine to machine: the answers do not
    start = "base             verdict   why"
    assert start + printed.split(start)[1].split("\nfindings")[0] == (
        start + shown.split(start)[1].removesuffix("...\n")
    )


def test_every_command_and_exit_code_is_in_the_readme() -> None:
    named = re.findall(r"linkcheck ([a-z]+)", README)
    assert {name.split()[0] for name in COMMANDS} - {"version"} <= set(named)
    codes = {v for name, v in vars(errors).items() if name.startswith("EXIT_")}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)} == codes


def test_every_target_of_make_that_is_documented_exists() -> None:
    texts = README + (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    documented = set(re.findall(r"(?:`|^ *)make ([a-z]+)", texts, re.MULTILINE))
    assert {"demo", "test", "check"} <= documented
    for target in documented:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_links_between_documents_lead_somewhere() -> None:
    for page in (*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} -> {target}"


def test_make_help_lists_the_targets() -> None:
    done = subprocess.run(
        ["make", "help"],
        cwd=PROJECT,
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert {"demo", "test", "check"} <= {line.split()[1] for line in done.stdout.splitlines()}
