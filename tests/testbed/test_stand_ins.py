"""Images under borrowed names: shared by several at once, and taken away by the last one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from linkcheck.engine.engine import Engine
from tests.conftest import PROJECT
from tools.testbed.standins import stand_ins

IMAGE = "linkcheck-test/alpine:3.23"
NAME = "linkcheck-test/stand-in:name"
HOLDER = f"""
import sys
from tools.testbed.standins import stand_ins
with stand_ins({{{NAME!r}: {IMAGE!r}}}):
    print("holds", flush=True)
    sys.stdin.readline()
"""
pytestmark = pytest.mark.docker


@pytest.fixture(autouse=True)
def _own_lock(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if engine.image(IMAGE) is None:
        pytest.skip(f"the engine has no {IMAGE}: `python -m tools.testbed images` makes it")
    monkeypatch.setenv("LINKCHECK_TESTBED", str(tmp_path))
    yield
    subprocess.run(["docker", "rmi", "--no-prune", NAME], capture_output=True, check=False)


def holder() -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "holds\n"
    return started


def test_a_name_stays_until_the_last_one_who_uses_it_is_done(engine: Engine) -> None:
    with holder() as other:
        with stand_ins({NAME: IMAGE}):
            assert engine.image(NAME) is not None
        assert engine.image(NAME) is not None
        other.communicate("done\n", timeout=30)
        assert other.returncode == 0
    assert engine.image(NAME) is None


def test_the_next_one_takes_away_what_a_killed_one_left(engine: Engine) -> None:
    with holder() as other:
        other.kill()
        other.wait(30)
    assert engine.image(NAME) is not None
    with stand_ins({NAME: IMAGE}):
        pass
    assert engine.image(NAME) is None


def test_an_image_that_had_the_name_before_keeps_it(engine: Engine) -> None:
    subprocess.run(["docker", "tag", IMAGE, NAME], check=True)
    with stand_ins({NAME: IMAGE}):
        pass
    assert engine.image(NAME) is not None


def test_an_image_that_is_not_there_is_told(engine: Engine) -> None:
    with (
        pytest.raises(LookupError, match="no linkcheck-test/absent"),
        stand_ins({NAME: "linkcheck-test/absent"}),
    ):
        pass
