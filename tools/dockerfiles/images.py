"""Images built from a text, weighed and started."""

from __future__ import annotations

import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.testbed.host import TestbedError

_SECONDS = 900


@contextmanager
def image_of(dockerfile: str, context: Path, ignore: str = "") -> Iterator[str]:
    """The name of an image built with BuildKit and without a network; it is gone afterwards.

    Nothing is written into `context`. Raises TestbedError where it can't be built.
    """
    name = f"linkcheck-test/dockerfiles:{uuid.uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory(prefix="linkcheck-") as folder:
        file = Path(folder, "Dockerfile")
        file.write_text(dockerfile, encoding="utf-8")
        file.with_name("Dockerfile.dockerignore").write_text(ignore, encoding="utf-8")
        build = ["docker", "buildx", "build", "--load", "--network", "none", "-t", name]
        done = _run([*build, "-f", str(file), str(context)])
    try:
        if done.returncode != 0:
            raise TestbedError(f"docker buildx build: {done.stderr[-2000:]}")
        yield name
    finally:
        _run(["docker", "rmi", "-f", name])


def size_of(name: str) -> int:
    """Bytes of an image, unpacked, as `docker images` tells them."""
    asked = _run(["docker", "image", "inspect", "--format", "{{.Size}}", name])
    if asked.returncode != 0:
        raise TestbedError(f"there is no image {name}: {asked.stderr.strip()}")
    return int(asked.stdout)


def answer_of(name: str, arguments: Sequence[str]) -> tuple[int, str]:
    """Exit code and output of a container of the image, without a network."""
    done = _run(["docker", "run", "--rm", "--network", "none", name, *arguments])
    return done.returncode, done.stdout + done.stderr


def _run(argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, timeout=_SECONDS, check=False)
