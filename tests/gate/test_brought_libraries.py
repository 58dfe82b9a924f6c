"""Libraries that a Dockerfile copies: the gate's answer beside what happens when it is built."""

from __future__ import annotations

import re
import shutil
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.gate.context import Context
from linkcheck.gate.judging import Judged, Request, judge_image
from linkcheck.gate.stages import parse_dockerfile

HERE = {"debian:12-slim": "linkcheck-test/debian:12", "alpine:3.23": "linkcheck-test/alpine:3.23"}
BASE = "FROM debian:12-slim\nCOPY app /app\n"
END = 'ENTRYPOINT ["/app"]\n'
REFUSED = "error while loading shared libraries|exec user process|not found \\(required by"


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program `app` that needs lib/libdeep.so.1, under three names."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc on this machine")
    folder = tmp_path_factory.mktemp("context")
    for name in ("lib", "long"):
        (folder / name).mkdir()
    library = folder / "lib" / "libdeep.so.1"
    _gcc(
        "int deep(void) { return 0; }", "-shared", "-fPIC", "-Wl,-soname,libdeep.so.1", out=library
    )
    _gcc("int deep(void); int main(void) { return deep(); }", str(library), out=folder / "app")
    shutil.copy(library, folder / "long" / "libdeep.so.1.2.3")
    (folder / "text").mkdir()
    (folder / "text" / "libdeep.so.1").write_text("/* GNU ld script */\n" * 20)
    return folder


def _gcc(source: str, *flags: str, out: Path) -> None:
    argv = ["gcc", "-x", "c", "-", "-x", "none", "-o", str(out), *flags]
    subprocess.run(argv, input=source.encode(), check=True)


def judged(text: str, context: Path) -> Judged:
    return judge_image(Request(parse_dockerfile(text), Context(context)), context / "app")


def answer(text: str, context: Path) -> tuple[str, str]:
    verdict = judged(text, context).verdict
    assert verdict is not None
    return verdict.answer, verdict.reason


def started(text: str, context: Path, folder: Path) -> bool:
    """Whether the program of the image starts. The build has no network."""
    for name, here in HERE.items():
        text = text.replace(name, here)
    place = folder / "Dockerfile"
    place.write_text(text)
    tag = f"linkcheck-test/brought:{uuid.uuid4().hex[:12]}"
    try:
        build = [
            "docker",
            "build",
            "-q",
            "--network",
            "none",
            "-t",
            tag,
            "-f",
            str(place),
            str(context),
        ]
        done = subprocess.run(build, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        run = ["docker", "run", "--rm", "--network", "none", tag]
        seen = subprocess.run(run, capture_output=True, text=True, check=False)
        assert seen.returncode == 0 or re.search(REFUSED, seen.stderr), seen.stderr
        return seen.returncode == 0
    finally:
        subprocess.run(["docker", "rmi", "-f", tag], capture_output=True, check=False)


CASES = {
    "a default folder": ("COPY lib/libdeep.so.1 /usr/lib/\n", True),
    "a folder of the cache without ldconfig": ("COPY lib/ /usr/local/lib/\n", False),
    "a folder of the cache": ("COPY lib/ /usr/local/lib/\nRUN ldconfig\n", True),
    "ldconfig too early": ("RUN ldconfig\nCOPY lib/ /usr/local/lib/\n", False),
    "the folder of the architecture": (
        "COPY lib/ /usr/local/lib/x86_64-linux-gnu/\nRUN ldconfig\n",
        True,
    ),
    "a longer name and its link": ("COPY long/ /usr/local/lib/\nRUN /sbin/ldconfig -v\n", True),
    "a longer name without a link": ("COPY long/libdeep.so.1.2.3 /usr/lib/\n", False),
    "a longer name in a default folder": (
        "COPY long/libdeep.so.1.2.3 /usr/lib/\nRUN ldconfig\n",
        True,
    ),
    "a folder that ldconfig is told": ("COPY lib /opt/lib\nRUN ldconfig /opt/lib\n", True),
    "a folder of its own configuration": (
        "COPY lib /opt/lib\nRUN echo /opt/lib > /etc/ld.so.conf.d/own.conf && ldconfig\n",
        True,
    ),
    "a folder that nobody is told": ("COPY lib /opt/lib\nRUN ldconfig\n", False),
    "LD_LIBRARY_PATH": ("COPY lib /opt/lib\nENV LD_LIBRARY_PATH=/opt/lib\n", True),
    "LD_LIBRARY_PATH of a variable": (
        "ARG WHERE=/opt\nCOPY lib $WHERE/lib\nENV LD_LIBRARY_PATH=$WHERE/lib:/x\n",
        True,
    ),
    "a file that is no library": ("COPY text/ /usr/lib/\n", False),
    "LD_PRELOAD": ("COPY lib /opt/lib\nENV LD_PRELOAD=/opt/lib/libdeep.so.1\n", True),
}


@pytest.mark.docker
@pytest.mark.parametrize("case", CASES)
def test_a_copied_library_is_found_where_the_loader_finds_it(
    case: str, context: Path, tmp_path: Path
) -> None:
    lines, starts = CASES[case]
    text = BASE + lines + END
    assert started(text, context, tmp_path) is starts
    assert answer(text, context)[0] == ("runs" if starts else "fails")


@pytest.mark.docker
@pytest.mark.parametrize(
    "copy",
    [
        "COPY --from=libs /opt/lib/libdeep.so.1 /usr/lib/",
        "COPY --from=libs /opt/lib/libdeep.so* /usr/lib/",
        "COPY --from=libs /opt/lib /usr/lib/",
        "COPY --from=libs /opt/lib/libdeep.so.1 /usr/lib/libdeep.so.1",
    ],
)
def test_the_file_behind_two_copies_is_looked_into(
    copy: str, context: Path, tmp_path: Path
) -> None:
    for folder, starts in (("lib", True), ("text", False)):
        text = f"FROM alpine:3.23 AS libs\nCOPY {folder} /opt/lib\n{BASE}{copy}\n{END}"
        assert started(text, context, tmp_path) is starts
        assert answer(text, context)[0] == ("runs" if starts else "fails")


FROM_STAGE = (
    "FROM {stage} AS libs\nRUN install-of-something\n"
    "FROM {base}\nCOPY --from=libs /usr/lib/libdeep.so.1 /usr/lib/\nCOPY app /app\n" + END
)


@pytest.mark.parametrize(
    ("stage", "base", "expected", "words"),
    [
        ("debian:12-slim", "debian:12-slim", "runs", ""),
        ("debian:11", "debian:12-slim", "runs", ""),
        ("golang:1.24-bookworm", "gcr.io/distroless/base-debian12", "runs", ""),
        ("debian:13", "debian:12-slim", "unknown", "from debian:13 with glibc 2.41"),
        ("alpine:3.20", "debian:12-slim", "fails", "libc.musl-x86_64.so.1"),
        ("registry.example/own:1", "debian:12-slim", "unknown", "an image that is not known"),
    ],
)
def test_a_library_of_another_distribution_asks_for_the_libc_of_that_one(
    stage: str, base: str, expected: str, words: str, context: Path
) -> None:
    text = FROM_STAGE.format(stage=stage, base=base)
    found, reason = answer(text, context)
    assert (found, words in reason) == (expected, True)


def test_a_library_of_the_context_that_asks_for_a_newer_glibc_is_told_apart(
    root: Callable[[str], Path], context: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(context, tmp_path / "context"))
    newer = root("debian-13") / "usr/lib/x86_64-linux-gnu/libselinux.so.1"
    shutil.copy(newer, folder / "lib" / "libdeep.so.1")
    text = f"{BASE}COPY lib/ /usr/lib/\n{END}"
    found, reason = answer(text, folder)
    assert (found, "GLIBC_2." in reason) == ("fails", True), reason
