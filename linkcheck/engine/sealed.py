"""One program as PID 1 of a container that has its image's files and nothing else to reach.

The program is put into an image of its own, as an archive: then the root can be read-only, no
folder of ours is mounted, and an engine far away will do. Image and container go with the block.
"""

from __future__ import annotations

import base64
import contextlib
import json
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkcheck.engine.archive import pack_file
from linkcheck.engine.engine import Engine, labels, plain_errors
from linkcheck.errors import MissingToolError

PROGRAM = "/app"
_SPARE = "/linkcheck-app"  # where the image has a folder of that name
_REPOSITORY = "linkcheck-trial"
_LOG_SIZE = "1m"
_TMP_SIZE = 64 << 20
_FILE_SIZE = 64 << 20
_PERMISSIONS = 0o777
_STAT_HEADER = "X-Docker-Container-Path-Stat"
# bits of Go's io/fs.FileMode, as the engine tells them of a path
_DIRECTORY = 1 << 31
_IRREGULAR = _DIRECTORY | 1 << 27 | 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21
_STICKY = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What the program may use: bytes of memory, processes, and seconds of CPU time."""

    memory: int
    processes: int
    cpu_seconds: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """An image with the program in it; `tmp` are the mount options of its /tmp, if it has one."""

    ref: str
    program: str
    tmp: str | None


class Sealed:
    """A container of `sealed`, created and not started. Raises MissingToolError throughout."""

    def __init__(self, engine: Engine, container_id: str) -> None:
        self._api = engine.client
        self._id = container_id

    def start(self) -> str:
        """Start the program; what the engine says where it won't, else ""."""
        try:
            with plain_errors(""):
                self._api.start(self._id)
        except MissingToolError as error:
            if self._state().get("ExitCode"):
                return error.message.removeprefix(": ")
            raise
        return ""

    def exit_code(self, seconds: float) -> int | None:
        """How it ended; None where it still runs after that time."""
        end = time.monotonic() + seconds
        pause = 0.02
        while True:
            state = self._state()
            if not state.get("Running"):
                return int(state.get("ExitCode") or 0)
            if time.monotonic() >= end:
                return None
            time.sleep(pause)
            pause = min(pause * 1.5, 0.2)

    def terminate(self, grace: float) -> None:
        """SIGTERM, and the time to react to it; SIGKILL comes with the container's removal."""
        with contextlib.suppress(MissingToolError), plain_errors(""):
            self._api.kill(self._id, signal="SIGTERM")
            self.exit_code(grace)

    def output(self) -> bytes:
        """What it printed on stdout and stderr, as far as it was kept."""
        with plain_errors("the program's output can't be read"):
            text: bytes = self._api.logs(self._id, stdout=True, stderr=True)
        return text

    def _state(self) -> dict[str, Any]:
        with plain_errors("the container can't be looked at"):
            state: dict[str, Any] = self._api.inspect_container(self._id)["State"]
        return state


@contextlib.contextmanager
def prepared(engine: Engine, image: str | None, program: Path) -> Iterator[Prepared]:
    """`image` with `program` added, without `image` that program alone; gone after the block.

    Raises MissingToolError where the engine refuses.
    """
    ref = f"{_REPOSITORY}:{uuid.uuid4().hex[:12]}"
    try:
        if image is None:
            yield _alone(engine, ref, program)
        else:
            yield _on_top(engine, ref, image, program)
    finally:
        engine.remove_image(ref)


def in_place(engine: Engine, ref: str, program: str) -> Prepared:
    """The image `ref` as it is, whose own `program` is to be started. Raises MissingToolError."""
    what = f"{ref} can't be looked at"
    creation = {"image": ref, "entrypoint": [program], "labels": labels("run")}
    with engine.created(what, **creation) as container_id, plain_errors(what):
        return Prepared(ref, program, _tmp_options(_stat(engine, container_id, "/tmp")))


@contextlib.contextmanager
def sealed(
    engine: Engine, image: Prepared, arguments: Sequence[str], limits: Limits
) -> Iterator[Sealed]:
    """A container of `image` that is not started; gone after the block. Raises MissingToolError."""
    ulimits = (
        ("core", 0),
        ("fsize", _FILE_SIZE),
        ("cpu", limits.cpu_seconds),
    )
    host_config = engine.client.create_host_config(
        network_mode="none",
        read_only=True,
        tmpfs={"/tmp": image.tmp} if image.tmp else None,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        mem_limit=limits.memory,
        memswap_limit=limits.memory,
        pids_limit=limits.processes,
        nano_cpus=min(engine.cpus, 2) * 10**9,
        ulimits=[{"name": name, "soft": value, "hard": value} for name, value in ulimits],
        # whatever the engine's own setting: the output must be readable, and bounded
        log_config={"type": "json-file", "config": {"max-size": _LOG_SIZE}},
    )
    creation = {
        "image": image.ref,
        "entrypoint": [image.program],
        "command": list(arguments),
        "healthcheck": {"test": ["NONE"]},
        "labels": labels("run"),
        "host_config": host_config,
        "use_config_proxy": False,
    }
    with engine.created("the container can't be made", **creation) as container_id:
        yield Sealed(engine, container_id)


def _alone(engine: Engine, ref: str, program: Path) -> Prepared:
    repository, tag = ref.split(":")
    with (
        pack_file(program, PROGRAM) as archive,
        plain_errors("an image with the program alone can't be made"),
    ):
        said = engine.client.import_image_from_data(
            archive, repository=repository, tag=tag, changes=_label_lines()
        )
        if "errorDetail" in said:
            raise ValueError(said)
    return Prepared(ref, PROGRAM, None)


def _on_top(engine: Engine, ref: str, image: str, program: Path) -> Prepared:
    repository, tag = ref.split(":")
    what = f"the program can't be put into {image}"
    creation = {
        "image": image,
        "entrypoint": [PROGRAM],
        "labels": labels("run"),
        "host_config": engine.client.create_host_config(network_mode="none"),
        "use_config_proxy": False,
    }
    with engine.created(what, **creation) as container_id, plain_errors(what):
        there = _stat(engine, container_id, PROGRAM)
        inside = _SPARE if there is not None and there["mode"] & _IRREGULAR else PROGRAM
        with pack_file(program, inside) as archive:
            engine.client.put_archive(container_id, "/", archive)
        tmp = _tmp_options(_stat(engine, container_id, "/tmp"))
        engine.client.commit(container_id, repository=repository, tag=tag, pause=False)
    return Prepared(ref, inside, tmp)


def _stat(engine: Engine, container_id: str, path: str) -> dict[str, Any] | None:
    """What the engine tells of a path in a container; None where it is not there."""
    client = engine.client
    url = client._url("/containers/{0}/archive", container_id)
    response = client.head(url, params={"path": path}, timeout=client.timeout)
    if response.status_code == 404:
        return None
    response.raise_for_status()
    told: dict[str, Any] = json.loads(base64.b64decode(response.headers[_STAT_HEADER]))
    return told


def _tmp_options(there: dict[str, Any] | None) -> str | None:
    """A fresh /tmp as open as the image's own. Where that is none, the program is to see none."""
    if there is None or not there["mode"] & _DIRECTORY:
        return None
    mode = there["mode"] & _PERMISSIONS | (0o1000 if there["mode"] & _STICKY else 0)
    return f"rw,exec,nosuid,nodev,mode={mode:o},size={_TMP_SIZE}"


def _label_lines() -> list[str]:
    return [f"LABEL {name}={value}" for name, value in labels("run").items()]
