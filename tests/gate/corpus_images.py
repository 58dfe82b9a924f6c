"""Images of the corpus, built and started for real, and removed again.

The bases are those that `python -m tools.testbed` makes; names of FROM are mapped to them. What is
made carries the label of its owner, so that a later run removes what a killed one left behind.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import tarfile
import tempfile
import uuid
from pathlib import Path
from typing import Any, NamedTuple

from linkcheck.engine.engine import labels

LOCAL = {
    "alpine:3.23": "linkcheck-test/alpine:3.23",
    "ARG BASE=alpine\n": "ARG BASE=linkcheck-test/alpine\n",
    "debian:11-slim": "linkcheck-test/debian:11",
    "debian:12-slim": "linkcheck-test/debian:12",
    "debian:bullseye-slim": "linkcheck-test/debian:11",
    "gcr.io/distroless/": "linkcheck-test/distroless-",
    "golang:1.27-bookworm": "linkcheck-test/golang:bookworm",
}
# What kernel, engine and loaders say when they do not start a program.
REFUSALS = (
    "error while loading",
    "not found (required by",
    "Error relocating",
    "Error loading",
    "exec user process caused",
)
PATIENCE = 5  # seconds after which a program that still runs has started


class Newer(NamedTuple):
    """An engine whose BuildKit reads all, and what tells commands where it is."""

    client: Any
    environ: dict[str, str]


def local_text(text: str) -> str:
    for name, here in LOCAL.items():
        text = text.replace(name, here)
    return text


def context_of(folder: Path, dockerfile: str) -> io.BytesIO:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path in sorted(folder.iterdir()):
            if path.name != "Dockerfile":
                tar.add(path, path.name)
        raw = dockerfile.encode()
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(raw)
        tar.addfile(entry, io.BytesIO(raw))
    packed.seek(0)
    return packed


def new_tag() -> str:
    return f"linkcheck-corpus:{uuid.uuid4().hex}"


def build(client: Any, folder: Path, dockerfile: str) -> tuple[str | None, str]:
    """The tag of the image, or None with what the build said last."""
    tag = new_tag()
    lines = []
    for step in client.api.build(
        fileobj=context_of(folder, dockerfile), custom_context=True, tag=tag, rm=True,
        forcerm=True, decode=True, network_mode="none", labels=labels("corpus"),
    ):  # fmt: skip
        lines.append(step.get("stream", "") + step.get("error", ""))
        if "error" in step:
            return None, "".join(lines[-5:])
    return tag, "".join(lines)


def build_with_buildkit(newer: Newer, buildx: list[str], folder: Path) -> tuple[str | None, str]:
    """The same by the BuildKit of that engine, from a folder with a Dockerfile in it."""
    tag = new_tag()
    argv = [*buildx, "build", "--network", "none", "--progress", "plain", "-t", tag]
    for name, value in labels("corpus").items():
        argv += ["--label", f"{name}={value}"]
    done = subprocess.run(
        [*argv, str(folder)],
        env={**os.environ, **newer.environ},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return (tag if done.returncode == 0 else None), done.stderr


def lend(client: Any, newer: Newer, text: str) -> None:
    """The images of the testbed that a Dockerfile names, for another engine too."""
    for name in sorted(set(re.findall(r"linkcheck-test/[\w.:/-]+", text))):
        if not client.images.list(name=name) or newer.client.images.list(name=name):
            continue
        with tempfile.TemporaryFile() as file:
            for chunk in client.api.get_image(name):
                file.write(chunk)
            file.seek(0)
            newer.client.images.load(file)


def without_syntax(text: str) -> str:
    """The Dockerfile without its `# syntax=`: no registry has the frontend."""
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    return bom + re.sub(r"\A\s*# syntax=.*\n", "", text.removeprefix(bom).lstrip("\n"))


def start(client: Any, tag: str) -> str:
    """ "started", or the text with which it was refused."""
    import docker  # noqa: PLC0415

    try:
        container = client.containers.create(tag, network_mode="none", labels=labels("corpus"))
    except docker.errors.APIError as error:
        return str(error.explanation)
    try:
        container.start()
        try:
            code = container.wait(timeout=PATIENCE)["StatusCode"]
        except Exception:
            return "started"
        output = container.logs().decode(errors="replace")
        refused = code in (126, 127) or any(words in output for words in REFUSALS)
        refused |= bool(re.search(r"^exec /\S+: ", output, re.MULTILINE))  # runc's init
        return output if refused else "started"
    except docker.errors.APIError as error:
        return str(error.explanation)
    finally:
        container.remove(force=True, v=True)


def program_in(client: Any, tag: str, folder: Path) -> None:
    """The program that the image was built with, beside its Dockerfile."""
    container = client.containers.create(tag, labels=labels("corpus"))
    try:
        chunks, _ = container.get_archive("/app")
        with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
            member = tar.extractfile("app")
            assert member is not None
            (folder / "app").write_bytes(member.read())
        os.chmod(folder / "app", 0o755)  # noqa: PTH101
    finally:
        container.remove(force=True, v=True)
