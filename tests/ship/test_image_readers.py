"""What `image build` writes, read by others: an engine, skopeo, umoci."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from linkcheck.engine.engine import Engine
from linkcheck.errors import NotAsPredictedError
from linkcheck.model.image import BuiltImages
from linkcheck.pipeline.image import Request, build_images
from linkcheck.pipeline.imagecheck import Asked, check_image
from linkcheck.run.docker import ImageRunner
from linkcheck.run.observation import refused_by_kernel
from tests.ship.baseimages import folder, layout, link, opened, tar

pytestmark = pytest.mark.go
DEBIAN, DISTROLESS = "linkcheck-test/debian:12", "linkcheck-test/distroless-static-debian12"
CA = "/etc/ssl/certs/ca-certificates.crt"


def build(program: Path, output: str, **wanted: Any) -> BuiltImages:
    request = Request((program,), output, **{"base": "scratch", "verify": False, **wanted})
    return build_images(request, os.environ)


def call(*argv: str | Path) -> str:
    done = subprocess.run([*map(str, argv)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tool() -> Callable[[str], str]:
    """`tool(name)`: its path; skips where it is missing."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"{name} is not installed: apt-get install {name}")
        return path

    return find


@pytest.fixture
def hello(build_fixture: Callable[..., Path]) -> Path:
    return build_fixture("hello", CGO_ENABLED="0", GOARCH="amd64")


@pytest.fixture
def https(build_fixture: Callable[..., Path]) -> Path:
    return build_fixture("httpsget", CGO_ENABLED="0", GOARCH="amd64")


@pytest.fixture
def name(engine: Engine) -> Iterator[str]:
    found = f"linkcheck-test/image:{uuid.uuid4().hex[:12]}"
    yield found
    engine.remove_image(found)


@pytest.fixture
def held(engine: Engine) -> None:
    for ref in (DEBIAN, DISTROLESS):
        if engine.image(ref) is None:
            pytest.skip(f"the engine has no {ref}: python -m tools.testbed makes it")


@pytest.mark.parametrize("kind", ["oci-dir", "oci-archive", "docker-archive"])
def test_skopeo_sees_the_same_digest_and_settings(
    kind: str, hello: Path, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    skopeo, place = tool("skopeo"), tmp_path / "out"
    built = build(hello, f"{kind}:{place}", labels=("a=b",), env=("X=1",))
    scheme = {"oci-dir": "oci"}.get(kind, kind)
    seen = json.loads(call(skopeo, "inspect", f"{scheme}:{place}"))
    assert seen["Labels"]["a"] == "b"
    assert seen["Env"][-1] == "X=1"
    if kind != "docker-archive":  # of that skopeo makes a manifest of its own
        assert seen["Digest"] == built.digest


def test_skopeo_copies_each_image_of_an_index(
    hello: Path, build_fixture: Callable[..., Path], tmp_path: Path, tool: Callable[[str], str]
) -> None:
    skopeo, place = tool("skopeo"), tmp_path / "many"
    arm = build_fixture("hello", CGO_ENABLED="0", GOARCH="arm", GOARM="7")
    request = Request((hello, arm), f"oci-dir:{place}:1", base="scratch", verify=False)
    built = build_images(request, os.environ)
    call(skopeo, "copy", "--all", f"oci:{place}:1", f"oci:{tmp_path / 'copied'}:1")
    (top,) = json.loads((tmp_path / "copied" / "index.json").read_text())["manifests"]
    assert top["digest"] == built.digest
    flags = ("--override-arch", "arm", "--override-variant", "v7")
    seen = json.loads(call(skopeo, *flags, "inspect", f"oci:{place}:1"))
    assert seen["Architecture"] == "arm"


def test_umoci_unpacks_the_files_where_the_base_has_its_folders(
    https: Path, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    umoci = tool("umoci")
    lower = tar(
        folder("etc", 0o711), folder("usr"), folder("usr/ssl", 0o750), link("etc/ssl", "../usr/ssl")
    )
    source = layout(tmp_path / "source", [tar(files={CA.lstrip("/"): b"a certificate"})])
    base = layout(tmp_path / "base", [lower])
    build(https, f"oci-dir:{tmp_path / 'out'}:x", base=base, sources=(source,))
    call(umoci, "unpack", "--rootless", "--image", f"{tmp_path / 'out'}:x", tmp_path / "bundle")
    root = tmp_path / "bundle" / "rootfs"
    assert (root / "etc" / "ssl").is_symlink()
    assert (root / "usr/ssl/certs/ca-certificates.crt").read_bytes() == b"a certificate"
    assert (root / "app").read_bytes() == https.read_bytes()
    modes = {path: (root / path).stat().st_mode & 0o777 for path in ("etc", "usr/ssl")}
    assert modes == {"etc": 0o711, "usr/ssl": 0o750}


@pytest.mark.docker
@pytest.mark.parametrize("kind", ["oci-archive", "docker-archive"])
def test_an_archive_is_loaded_and_runs_in_the_engine(
    kind: str, engine: Engine, https: Path, tmp_path: Path, name: str, held: None
) -> None:
    output = f"{kind}:{tmp_path / 'image.tar'}" + f":{name}" * (kind == "docker-archive")
    build(https, output, base=f"docker:{DEBIAN}", sources=(f"docker:{DISTROLESS}",), user="1234")
    said = call("docker", "load", "--input", tmp_path / "image.tar")
    loaded = said.split(": ", 1)[1].strip()
    try:
        run = ("docker", "run", "--rm", "--network", "none")
        assert "system roots: 1" in call(*run, loaded)
        shown = call(*run, "--entrypoint", "/bin/sh", loaded, "-c", "stat -c %a:%u / /etc /etc/ssl")
        assert shown.split() == ["755:0"] * 3
        layers = json.loads(call("docker", "inspect", DEBIAN, loaded))
        below, whole = (one["RootFS"]["Layers"] for one in layers)
        assert whole[: len(below)] == below
    finally:
        engine.remove_image(loaded)


@pytest.fixture
def trial_name(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name under which the next image is tried: others are made at the same time."""
    known = uuid.uuid4()
    monkeypatch.setattr("linkcheck.pipeline.imageoutput.uuid.uuid4", lambda: known)
    return f"linkcheck-trial:{known.hex[:12]}"


@pytest.mark.docker
def test_an_image_in_the_engine_was_started_there_first(
    engine: Engine, hello: Path, name: str, trial_name: str
) -> None:
    (image,) = build(hello, f"image:{name}", verify=True).images
    assert image.trial is not None
    assert image.trial.observed == "started"
    assert engine.image(name) is not None
    assert engine.image(trial_name) is None
    answer = check_image(Asked(name, verify=True), os.environ)
    assert answer.starts
    assert answer.report.subjects[0].trials[0].observed == "started"


@pytest.mark.docker
def test_where_the_engine_refuses_it_nothing_is_left(
    engine: Engine, hello: Path, name: str, trial_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = refused_by_kernel("/app", "No such file or directory")
    monkeypatch.setattr(ImageRunner, "start", lambda *_, **__: refused)
    with pytest.raises(NotAsPredictedError):
        build(hello, f"image:{name}", verify=None)
    assert engine.image(name) is None
    assert engine.image(trial_name) is None


@pytest.mark.docker
def test_the_same_image_comes_out_of_the_engine_and_of_files(
    hello: Path, tmp_path: Path, name: str, held: None
) -> None:
    saved = tmp_path / "base.tar"
    call("docker", "save", DISTROLESS, "-o", saved)
    plain = build(
        hello, f"oci-dir:{tmp_path / 'a'}", base=f"docker-archive:{saved}", compress=False
    )
    packed = build(hello, f"oci-dir:{tmp_path / 'b'}", base=f"docker:{DISTROLESS}")
    one, other = (opened(tmp_path / at)["config"] for at in "ab")
    assert one["rootfs"] == other["rootfs"]
    assert plain.images[0].unpacked == packed.images[0].unpacked
    assert packed.images[0].size < plain.images[0].size
    build(hello, f"image:{name}", base=f"docker:{DISTROLESS}")
    (inside,) = json.loads(call("docker", "inspect", name))
    assert inside["RootFS"]["Layers"] == one["rootfs"]["diff_ids"]
