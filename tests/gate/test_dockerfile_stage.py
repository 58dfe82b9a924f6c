"""The stage of docs/ci.md that fails a build, built by BuildKit with a program of each kind.

No registry is asked: the Python image is a stand-in made of this Python on the testbed's Debian,
and `pip install linkcheck` there finds a wheel of this checkout and the packages it needs.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT
from tests.gate.corpus_images import Newer, build_with_buildkit, start
from tests.gate.programs import program

PREFIX = Path(sys.base_prefix)
LIBRARY = f"lib/python{sys.version_info.major}.{sys.version_info.minor}"
UNUSED = (
    "site-packages", "dist-packages", "test", "idlelib", "tkinter", "turtledemo", "ensurepip",
    "__pycache__", "EXTERNALLY-MANAGED",  # Debian's Python lets pip install nothing
)  # fmt: skip
HOME = "/opt/python"
# newer than what this Python was built on, and older libraries are never asked for
BASE = "linkcheck-test/debian:13"
_OF_LIBC = re.compile(r"(ld-linux|libc\.|libm\.|libpthread|libdl|librt|libutil)")
BASES = {"gcr.io/distroless/static-debian12": "linkcheck-test/distroless-static-debian12"}
BUILD_STAGE = "FROM linkcheck-test/alpine:3.23 AS build\nCOPY app /out/app\n"


def snippet() -> str:
    """The Dockerfile of docs/ci.md."""
    page = (PROJECT / "docs" / "ci.md").read_text(encoding="utf-8")
    (found,) = re.findall(r"```dockerfile\n(.*?)```", page, re.DOTALL)
    return str(found)


def needed(name: str, found: dict[str, metadata.Distribution]) -> None:
    """Collect the packages that `name` asks for, as they are installed here."""
    for text in metadata.requires(name) or ():
        required = re.split(r"[^\w.-]", text, maxsplit=1)[0]
        if "extra ==" in text or required in found:
            continue
        try:
            found[required] = metadata.distribution(required)
        except metadata.PackageNotFoundError:
            continue  # for another Python or system
        needed(required, found)


def libraries_of(files: list[Path]) -> set[Path]:
    """What these files load on this machine, but for libc."""
    done = subprocess.run(["ldd", *map(str, files)], capture_output=True, text=True, check=False)
    found = map(Path, re.findall(r"=> (/\S+) \(", done.stdout))
    return {path for path in found if not _OF_LIBC.match(path.name)}


def lay_out_python(folder: Path) -> None:
    """This Python with the packages that linkcheck needs, and a wheel of linkcheck."""
    home = folder / "python"
    shutil.copytree(
        PREFIX / LIBRARY,
        home / LIBRARY,
        ignore=lambda _, names: {n for n in names if n in UNUSED or n.startswith("config-")},
        symlinks=True,
    )
    (home / "bin").mkdir()
    program = shutil.copy(Path(sys.executable).resolve(), home / "bin" / "python3")
    (home / "libraries").mkdir()
    for library in libraries_of([Path(program), *(home / LIBRARY / "lib-dynload").glob("*.so")]):
        shutil.copy(library, home / "libraries")
    packages: dict[str, metadata.Distribution] = {"pip": metadata.distribution("pip")}
    needed("linkcheck", packages)
    for package in packages.values():
        for file in package.files or ():
            target = home / LIBRARY / "site-packages" / file
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(Path(str(package.locate_file(file))), target)
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    source = folder / "source"
    shutil.copytree(
        PROJECT / "linkcheck", source / "linkcheck", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, source / name)
    subprocess.run([*wheel, "-w", folder / "wheels", source], check=True, timeout=300)


@pytest.fixture(scope="module")
def python_image(
    client: Any, buildx: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The stand-in for `python:3.13-slim`."""
    folder = tmp_path_factory.mktemp("python")
    lay_out_python(folder)
    (folder / "Dockerfile").write_text(
        f"FROM {BASE}\nCOPY python {HOME}\nCOPY wheels /wheels\n"
        # the folder that Debian's own Python installs commands into is the second one
        f"ENV PATH={HOME}/bin:{HOME}/local/bin:$PATH PYTHONHOME={HOME}"
        f" PYTHONPATH={HOME}/{LIBRARY}/site-packages LD_LIBRARY_PATH={HOME}/libraries"
        " PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels\n"
        f"RUN printf '#!/bin/sh\\nexec python3 -m pip \"$@\"\\n' > {HOME}/bin/pip"
        f" && chmod +x {HOME}/bin/pip\n",
        encoding="utf-8",
    )
    tag, log = build_with_buildkit(Newer(client, {}), buildx, folder)
    assert tag is not None, log
    ran = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", tag, "python3", "-m", "pip", "--version"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if ran.returncode != 0:
        client.images.remove(tag, force=True)
        pytest.skip(f"this Python does not run on Debian 13: {ran.stderr.strip()[-200:]}")
    yield tag
    client.images.remove(tag, force=True)


@pytest.fixture
def build_with(
    python_image: str,
    client: Any,
    buildx: list[str],
    build_fixture: Callable[..., Path],
    tmp_path: Path,
) -> Iterator[Callable[[str], tuple[str | None, str]]]:
    """`build_with(kind)`: build the snippet around a program; its tag or None, and the log."""
    tags: list[str] = []

    def build(kind: str) -> tuple[str | None, str]:
        text = snippet().replace("FROM python:3.13-slim", f"FROM {python_image}")
        for name, here in BASES.items():
            text = text.replace(f"FROM {name}", f"FROM {here}")
        (tmp_path / "Dockerfile").write_text(BUILD_STAGE + text, encoding="utf-8")
        shutil.copy(program(kind, build_fixture), tmp_path / "app")
        tag, log = build_with_buildkit(Newer(client, {}), buildx, tmp_path)
        tags.extend([tag] if tag else [])
        return tag, log

    yield build
    for tag in tags:
        client.images.remove(tag, force=True)


@pytest.mark.docker
@pytest.mark.go
def test_the_stage_lets_a_program_pass_that_starts_on_the_base(
    build_with: Callable[[str], tuple[str | None, str]], client: Any
) -> None:
    tag, log = build_with("static")
    assert tag is not None, log
    assert "linkcheck gate /app --base" in log  # BuildKit did not leave the stage out
    assert start(client, tag) == "started"


@pytest.mark.docker
@pytest.mark.go
def test_the_stage_ends_the_build_with_the_gates_message_where_the_program_would_not_start(
    build_with: Callable[[str], tuple[str | None, str]],
) -> None:
    tag, log = build_with("cgo")
    assert tag is None
    assert "LC101 error" in log
    assert "1 error" in log
    assert re.search(r"exit code: 1\b", log)
