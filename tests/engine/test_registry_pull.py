"""A real registry and a real engine: what is pulled, what is pushed and read, what is told."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from linkcheck.build.builder_image import builder_image
from linkcheck.engine.engine import Engine, connect
from linkcheck.errors import MissingToolError
from linkcheck.images.registry_base import RegistryBase
from linkcheck.images.root_base import RootBase
from tests.cli.command import linkcheck
from tests.images.archives import file, tar
from tests.images.registries import Pusher
from tools.testbed.registry import PASSWORD, USER, serving

pytestmark = [pytest.mark.docker, pytest.mark.registry]

ALPINE = "linkcheck-test/alpine:3.23"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An open registry that holds one small image, as HOST:PORT."""
    with serving(tmp_path_factory.mktemp("registry")) as address:
        Pusher(f"http://{address}", "builder").image("1", tar([file("go")]), Env=["A=b"])
        yield address


def test_a_builder_image_that_only_the_registry_has_is_pulled_and_that_is_said(
    engine: Engine, registry: str
) -> None:
    ref, said = f"{registry}/builder:1", list[str]()
    assert engine.image(ref) is None
    try:
        found = builder_image(engine, ref, None, said.append)
        assert (found.ref, dict(found.env)["A"]) == (ref, "b")
        assert builder_image(engine, ref, None, said.append) == found
        assert said == [f"pulling {ref}"]
    finally:
        engine.remove_image(ref)


def test_a_tag_that_the_registry_has_not_is_told_in_its_words_and_leaves_nothing(
    engine: Engine, registry: str
) -> None:
    for ref in (f"{registry}/builder:2", f"{registry}/no/such:1"):
        with pytest.raises(
            MissingToolError, match=r"neither here nor can it be pulled: .*not "
        ) as e:
            builder_image(engine, ref, None, lambda _: None)
        assert "\n" not in str(e.value)
        assert engine.image(ref) is None


def test_the_engine_pulls_with_the_login_of_docker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.json"
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with serving(tmp_path / "registry", password=True) as address:
        ref = f"{address}/builder:1"
        Pusher(f"http://{address}", "builder", user=(USER, PASSWORD)).image("1", tar([file("go")]))
        config.write_text("{}")
        with closing(connect(os.environ)) as nobody, pytest.raises(MissingToolError) as caught:
            nobody.pull(ref, lambda _: None)
        assert f"{ref} can't be pulled" in str(caught.value)
        assert "no basic auth credentials" in str(caught.value)
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        config.write_text(json.dumps({"auths": {address: {"auth": login}}}))
        with closing(connect(os.environ)) as somebody:
            try:
                somebody.pull(ref, lambda _: None)
                assert somebody.image(ref) is not None
            finally:
                somebody.remove_image(ref)


@pytest.mark.testbed
def test_what_docker_pushed_and_skopeo_copied_is_read_as_the_root_that_it_was(
    registry: str, root: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = RootBase("dir:x", str(root("alpine-3.23"))).image.provides
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    pushed, copied = f"{registry}/alpine:docker", f"{registry}/again:zstd"
    run("docker", "tag", ALPINE, pushed)
    try:
        run("docker", "push", "--quiet", pushed)
    finally:
        run("docker", "rmi", "--no-prune", pushed)
    # plain layers first: skopeo would hand on the packed ones that the registry has already
    plain, layout = f"dir:{tmp_path}/plain", f"oci:{tmp_path}/layout:t"
    run(
        "skopeo", "copy", "--src-tls-verify=false", "--dest-decompress", f"docker://{pushed}", plain
    )
    run("skopeo", "copy", "--dest-compress-format=zstd", plain, layout)
    as_it_is = ["--preserve-digests", "--dest-tls-verify=false"]
    run("skopeo", "copy", *as_it_is, layout, f"docker://{copied}")
    for ref in (pushed, copied):
        base = RegistryBase(f"registry:{ref}")
        assert base.image.provides == expected
    blob = tmp_path / "linkcheck/blobs" / base.stored.digests[0].replace(":", "/")
    assert blob.read_bytes()[:4] == b"\x28\xb5\x2f\xfd"


@pytest.mark.go
@pytest.mark.testbed
def test_every_command_that_reads_an_image_takes_it_out_of_a_registry_with_no_engine(
    registry: str,
    build_fixture: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = build_fixture("hello")
    pusher = Pusher(f"http://{registry}", "app")
    layer = tar([file("app", program.read_bytes(), 0o755), file("etc/passwd", b"")])
    pushed = pusher.image("1", layer, Entrypoint=["/app"])
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    ref = f"registry:{registry}/app:1"

    def ran(*arguments: str | Path, code: int = 0) -> str:
        done = linkcheck(*arguments)
        assert (done.returncode, done.stderr.count("\n") <= 1) == (code, True), done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    assert "runs" in ran("image", ref)
    assert "runs" in ran("analyze", program, "--base", ref)
    ran("gate", program, "--base", ref)
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(f'FROM {registry}/app:1\nENTRYPOINT ["/app"]\n')
    ran("gate", "--dockerfile", dockerfile, "--base", ref)
    out = tmp_path / "out"
    ran("image", "build", program, "--base", ref, "--output", f"oci-dir:{out}")
    texts = [path.read_bytes() for path in out.glob("blobs/sha256/*")]
    assert any(pushed["digest"].encode() in text for text in texts)
    assert "has no such image" in ran("image", f"{ref}2", code=2)
    assert "has no such image" in ran("gate", program, "--base", f"{ref}2", code=2)
    down = "registry:127.0.0.1:1/app"
    for command in (["image", down], ["gate", program, "--base", down],
                    ["analyze", program, "--base", down]):  # fmt: skip
        assert "Connection refused" in ran(*command, code=3)


def run(*argv: str) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.go
def test_a_program_is_started_in_an_image_of_the_registry(
    engine: Engine, registry: str, build_fixture: Callable[..., Path]
) -> None:
    name = f"{registry}/base:1"
    layer = tar([file("etc/passwd", b"root:x:0:0::/:\n")])
    Pusher(f"http://{registry}", "base").image("1", layer)
    program = build_fixture("hello", CGO_ENABLED="0")
    try:
        done = linkcheck("verify", program, "--base", f"registry:{name}")
        assert (done.returncode, "started" in done.stdout) == (0, True), done.stderr
        assert f"pulling {name}" in done.stderr
        done = linkcheck("verify", program, "--base", f"registry:{registry}/base:2")
        assert done.returncode in (2, 3), done.stdout
        assert f"{registry}/base:2" in done.stderr
    finally:
        engine.remove_image(name)
