"""examples/coins, made and started as its README says, and weighed."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tools.dockerfiles.images import image_of, size_of
from tools.dockerfiles.usual import Program, in_golang, on_debian
from tools.testbed.host import TestbedError

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "coins"
SERVICES = ("rng", "web", "worker")
_PORT = '"127.0.0.1:8000:8080"'
_SECONDS = 600


class App(NamedTuple):
    """A running app: its images by service, and the address of its front."""

    images: Mapping[str, str]
    web: str

    def total(self) -> Mapping[str, int]:
        """What the workers did so far, as the front tells it."""
        with urllib.request.urlopen(f"{self.web}/count", timeout=10) as answer:
            told: Mapping[str, int] = json.load(answer)
        return told

    def total_after(self, seconds: float) -> Mapping[str, int]:
        """The same, as soon as there is any, or after that time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if (told := self.total())["hashes"]:
                    return told
            except OSError:
                pass  # it has not opened its port yet
            time.sleep(0.2)
        return self.total()


class Weighed(NamedTuple):
    """One row."""

    service: str
    golang: int
    debian: int
    size: int


@contextmanager
def running(compose: str | None = None) -> Iterator[App]:
    """The app made from a copy of the example, in the two steps of its Compose file.

    `compose` takes the place of that file. The front has a free port. All is gone afterwards.
    Raises TestbedError where a step fails.
    """
    project = f"linkcheck-coins-{uuid.uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory(prefix="linkcheck-") as top:
        folder = Path(shutil.copytree(EXAMPLE, Path(top, "coins")))
        if compose is not None:
            (folder / "compose.yaml").write_text(compose, encoding="utf-8")
        override = folder / "compose.override.yaml"
        override.write_text(override.read_text("utf-8").replace(_PORT, '"127.0.0.1::8080"'))
        call = ["docker", "compose", "--project-name", project, "--project-directory", str(folder)]
        try:
            _run([*call, "run", "--rm", "compile"])
            _run([*call, "up", "--build", "--detach"])
            port = _run([*call, "port", "web", "8080"]).strip()
            yield App({name: f"{project}-{name}" for name in SERVICES}, f"http://{port}")
        finally:
            _run([*call, "--profile", "*", "down", "--volumes", "--rmi", "local", "-t", "3"])


def weigh(golang: str) -> list[Weighed]:
    """The images of the app, beside those that people write first."""
    with running() as app:
        if app.total_after(60)["hashes"] == 0:
            raise TestbedError("examples/coins: the workers did nothing")
        sizes = {service: size_of(name) for service, name in app.images.items()}
    rows = []
    for service in SERVICES:
        program = Program(golang, f"./{service}")
        with image_of(in_golang(program), EXAMPLE) as before:
            full = size_of(before)
        with image_of(on_debian(program), EXAMPLE) as before:
            rows.append(Weighed(service, full, size_of(before), sizes[service]))
    return rows


def _run(argv: Sequence[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode != 0:
        raise TestbedError(f"{' '.join(argv[:8])}: {done.stderr[-2000:]}")
    return done.stdout
