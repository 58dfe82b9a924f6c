"""What a base has: its very files where they are at hand, else what the catalog says."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkcheck.gate.basefiles import base_has
from linkcheck.gate.bases import find_base
from linkcheck.gate.context import Context
from linkcheck.gate.dockerignore import Ignored, rules_of
from linkcheck.gate.judging import Request, judge_image
from linkcheck.gate.stages import parse_dockerfile
from linkcheck.images.resolve import resolve_base
from linkcheck.model.provides import UNKNOWN, MaybeUnknown
from tests.ship.baseimages import layout, tar

PLATFORM = "linux/amd64"
DEBUG = "gcr.io/distroless/static-debian12:debug"


def root_with(folder: Path, *paths: str) -> str:
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"#!/bin/sh\n")
        file.chmod(0o755)
    return f"dir:{folder}"


def test_the_files_of_a_root_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "bin").symlink_to("usr/bin")
    base = resolve_base(root_with(tmp_path, "usr/bin/tool", "opt/tool"))
    found = {path: base_has(base, path, PLATFORM) for path in ("/bin/tool", "/opt/tool", "/x")}
    assert found == {"/bin/tool": True, "/opt/tool": True, "/x": False}


@pytest.mark.parametrize(
    ("ref", "path", "expected"),
    [
        ("scratch", "/bin/sh", False),
        ("alpine:3.23", "/bin/sh", True),
        ("alpine:3.23", "/usr/bin/thing", UNKNOWN),
        ("debian:12-slim", "/usr/bin/curl", False),
        (DEBUG, "/busybox/sh", True),
        (DEBUG, "/busybox/tail", UNKNOWN),
        (DEBUG, "/bin/sh", False),
        (DEBUG, "/usr/bin/env", False),
        (DEBUG, "/etc/os-release", UNKNOWN),
        ("gcr.io/distroless/static-debian12", "/busybox/sh", False),
        ("golang:1.27-bookworm", "/usr/local/go/bin/go", UNKNOWN),
    ],
)
def test_the_catalog_tells_what_it_knows(
    ref: str, path: str, expected: bool | MaybeUnknown
) -> None:
    base = find_base(ref)
    assert not isinstance(base, str)
    assert base_has(base, path, PLATFORM) is expected


def rules(text: str, base: str | None = None, context: Context | None = None) -> list[str]:
    stands_in = resolve_base(base) if base else None
    judged = judge_image(Request(parse_dockerfile(text), context, base=stands_in))
    return [placed.finding.rule for placed in judged.findings]


def test_a_base_that_stands_in_for_that_of_the_dockerfile_is_looked_into(tmp_path: Path) -> None:
    ref = root_with(tmp_path, "usr/bin/tool", "bin/sh")
    assert rules('FROM scratch\nENTRYPOINT ["tool"]\n', ref) == []
    assert rules('FROM alpine:3.23\nENTRYPOINT ["other"]\n', ref) == ["LC508"]


def test_a_program_for_webassembly_needs_no_path() -> None:
    assert rules('FROM scratch\nCOPY a.wasm /\nENTRYPOINT ["a.wasm"]\n') == []


def test_what_a_folder_of_the_context_lacks_a_build_may_still_put_there(tmp_path: Path) -> None:
    (tmp_path / "README").touch()
    text = 'FROM scratch\nWORKDIR /app\nCOPY . .\nCMD ["./app"]\n'
    assert rules(text, context=Context(tmp_path)) == []
    ignored = Ignored(".dockerignore", tuple(rules_of("app", ".dockerignore")))
    assert rules(text, context=Context(tmp_path, ignored)) == ["LC508"]


def test_an_entrypoint_of_a_base_that_is_not_known_may_take_the_command() -> None:
    assert rules('FROM registry.example/node:1\nCMD ["index.js"]\n') == ["LC500"]
    assert rules('FROM scratch\nCMD ["index.js"]\n') == ["LC508"]


def test_an_entrypoint_of_a_base_takes_the_command(tmp_path: Path) -> None:
    config = {"Entrypoint": ["/bin/tool"]}
    ref = layout(tmp_path / "image", [tar(files={"bin/tool": b"#!/bin/sh\n"})], config)
    assert rules('FROM scratch\nCMD ["index.js"]\n', ref) == []
    assert rules('FROM scratch\nENTRYPOINT ["index.js"]\n', ref) == ["LC508"]
