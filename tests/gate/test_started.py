"""The corpus built and started for real, and the gate's answer compared with what happened.

The bases are those that `python -m tools.testbed` makes; names of FROM are mapped to them.
"""

from __future__ import annotations

import io
import os
import tarfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gate.corpus_cases import CorpusCase, cases
from tests.gate.test_corpus import judged

BUILT = [case for case in cases() if case.seen]
LOCAL = {
    "alpine:3.23": "linkcheck-test/alpine:3.23",
    "ARG BASE=alpine\n": "ARG BASE=linkcheck-test/alpine\n",
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
    "exec /app: ",  # runc's init, when the engine had started it already
    "exec user process caused",
)
PATIENCE = 5  # seconds after which a program that still runs has started


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    import docker  # noqa: PLC0415 -- most test runs need no engine

    found = docker.from_env(timeout=600)
    needed = {
        value for value in LOCAL.values() if value.startswith("linkcheck-test/") and ":" in value
    }
    here = {tag for image in found.images.list() for tag in image.tags}
    if missing := sorted(needed - here):
        pytest.skip(f"the engine lacks {', '.join(missing)}: python -m tools.testbed makes them")
    yield found
    found.close()


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


def build(client: Any, folder: Path, dockerfile: str) -> tuple[str | None, str]:
    """The tag of the image, or None with what the build said last."""
    tag = f"linkcheck-corpus:{uuid.uuid4().hex}"
    lines = []
    for step in client.api.build(
        fileobj=context_of(folder, dockerfile), custom_context=True, tag=tag, rm=True,
        forcerm=True, decode=True, network_mode="none",
    ):  # fmt: skip
        lines.append(step.get("stream", "") + step.get("error", ""))
        if "error" in step:
            return None, "".join(lines[-5:])
    return tag, "".join(lines)


def start(client: Any, tag: str) -> str:
    """ "started", or the text with which it was refused."""
    import docker  # noqa: PLC0415

    try:
        container = client.containers.create(tag, network_mode="none", read_only=False)
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
        return output if refused else "started"
    except docker.errors.APIError as error:
        return str(error.explanation)
    finally:
        container.remove(force=True)


def program_in(client: Any, tag: str, folder: Path) -> None:
    """The program that the image was built with, beside its Dockerfile."""
    container = client.containers.create(tag)
    try:
        chunks, _ = container.get_archive("/app")
        with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
            member = tar.extractfile("app")
            assert member is not None
            (folder / "app").write_bytes(member.read())
        os.chmod(folder / "app", 0o755)  # noqa: PTH101
    finally:
        container.remove(force=True)


@pytest.mark.docker
@pytest.mark.go
@pytest.mark.parametrize("case", BUILT, ids=lambda case: case.name)
def test_the_gate_says_what_really_happens(
    case: CorpusCase,
    client: Any,
    build_fixture: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case.lay_out(tmp_path, build_fixture)
    monkeypatch.chdir(tmp_path)
    tag, log = build(client, tmp_path, local_text(case.dockerfile))
    try:
        if case.seen == "build fails":
            assert tag is None
            assert not case.passes
            return
        assert tag is not None, log
        seen = start(client, tag)
        assert case.seen in seen, log
        if case.source:
            before = judged(case)
            assert before.passed is (seen == "started")
            program_in(client, tag, tmp_path)
            with_program = case.__class__(**{**case.__dict__, "program": "built"})
            target = judged(with_program)
            assert target.verdict is not None
            assert (target.verdict.answer == "fails") is (seen != "started")
            return
        target = judged(case)
        errors = [f for f in target.findings if f.level == "error" and f.state == "new"]
        about_start = [f for f in errors if "HEALTHCHECK" not in f.message]
        if seen == "started":
            assert not about_start
        else:
            assert about_start or "LC518" in {f.rule for f in target.findings}
    finally:
        if tag is not None:
            client.images.remove(tag, force=True)


def test_twenty_cases_at_least_are_built_and_started() -> None:
    assert len(BUILT) >= 20
    assert sum(case.seen != "started" for case in BUILT) >= 10
