"""The corpus built and started for real, and the gate's answer compared with what happened."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from linkcheck.engine.engine import connect
from linkcheck.model.gate import TargetResult
from tests.conftest import PROJECT
from tests.gate.corpus_cases import CorpusCase, cases
from tests.gate.corpus_images import (
    Newer,
    build,
    build_with_buildkit,
    lend,
    local_text,
    program_in,
    start,
    without_syntax,
)
from tests.gate.test_corpus import judged

BUILT = [case for case in cases() if case.seen and not case.buildkit]
BY_BUILDKIT = [case for case in cases() if case.seen and case.buildkit]


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
    compare(case, client, tmp_path, tag, log)


@pytest.mark.docker
@pytest.mark.go
@pytest.mark.parametrize("case", BY_BUILDKIT, ids=lambda case: case.name)
def test_the_gate_says_what_really_happens_where_only_buildkit_builds_it(
    case: CorpusCase,
    client: Any,
    newer: Newer,
    buildx: list[str],
    build_fixture: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, local = tmp_path / "here", tmp_path / "local"
    for folder in (here, local):
        folder.mkdir()
        case.lay_out(folder, build_fixture)
    text = without_syntax(local_text(case.dockerfile))
    (local / "Dockerfile").write_bytes(text.encode())
    monkeypatch.chdir(here)
    lend(client, newer, text)
    tag, log = build_with_buildkit(newer, buildx, local)
    compare(case, newer.client, here, tag, log)


def compare(case: CorpusCase, client: Any, folder: Path, tag: str | None, log: str) -> None:
    """Start the image, and ask the gate the same; the image is removed."""
    try:
        if case.seen.startswith("build fails"):
            assert tag is None, log
            assert case.seen.removeprefix("build fails").lstrip(": ") in log
            assert not judged(case).passed
            return
        assert tag is not None, log
        seen = start(client, tag)
        assert case.seen in seen, log
        if case.source:
            assert judged(case).passed is (seen == "started")
            program_in(client, tag, folder)
            target = judged(dataclasses.replace(case, program="built"))
            assert target.verdict is not None
            assert (target.verdict.answer == "fails") is (seen != "started")
            return
        assert_agrees(judged(case), seen)
    finally:
        if tag is not None:
            client.images.remove(tag, force=True)


def assert_agrees(target: TargetResult, seen: str) -> None:
    """An error about the start where it was refused, and none where it was not."""
    errors = [f for f in target.findings if f.level == "error" and f.state == "new"]
    about_start = [f for f in errors if "HEALTHCHECK" not in f.message]
    if seen == "started":
        assert not about_start
    else:
        assert about_start or "LC518" in {f.rule for f in target.findings}


def test_twenty_cases_at_least_are_built_and_started() -> None:
    assert len(BUILT) >= 20
    assert len(BY_BUILDKIT) >= 5
    assert sum(case.seen != "started" for case in BUILT) >= 10


@pytest.mark.docker
def test_what_a_killed_run_left_behind_is_swept(client: Any, tmp_path: Path) -> None:
    script = (
        "import docker, os, sys; sys.path.insert(0, sys.argv[1]); "
        "from pathlib import Path; from tests.gate.corpus_images import build; "
        "tag, _ = build(docker.from_env(), Path(sys.argv[2]), 'FROM scratch\\nENV A=1\\n'); "
        "print(tag, flush=True); "
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(PROJECT), str(tmp_path)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    tag = done.stdout.strip()
    assert client.images.list(name=tag), done.stderr
    with contextlib.closing(connect(os.environ)) as engine:
        assert engine.sweep() >= 1
    assert not client.images.list(name=tag)
