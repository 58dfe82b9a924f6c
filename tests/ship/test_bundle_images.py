"""Bundles as images: reproducible, loaded into a real engine, and started there."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from linkcheck.engine.engine import Engine
from linkcheck.errors import UsageError
from linkcheck.images.resolve import resolve_base
from linkcheck.model.bundle import Bundle
from linkcheck.pipeline.imagecheck import Asked, check_image
from linkcheck.ship.blobs import new_layer
from linkcheck.ship.image import Settings, assemble, configured
from linkcheck.ship.layout import Name, write_archive
from tests.ship.conftest import TRUE

Make = Callable[..., Bundle]
SETTINGS = Settings("linux/arm/v7", ("/app",), "1:2", {"a": "b"}, 1700000000)


def archive_of(layer: bytes, settings: Settings = SETTINGS) -> tuple[bytes, str]:
    out = io.BytesIO()
    with tempfile.TemporaryFile() as file:
        file.write(layer)
        packed = new_layer(file, compress=False)
        image = assemble((), packed, configured({}, settings), settings.created, "a test")
        write_archive((image,), Name("tag", "name:tag"), out, settings.created)
    return out.getvalue(), image.manifest.digest


def test_equal_layers_give_equal_archives_and_digests() -> None:
    assert archive_of(b"layer") == archive_of(b"layer")
    assert archive_of(b"layer")[1] != archive_of(b"other")[1]


def test_every_blob_is_named_by_its_digest_and_tells_its_size() -> None:
    archive, digest = archive_of(b"layer")
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        files = {m.name: opened.extractfile(m).read() for m in opened.getmembers()}  # type: ignore[union-attr]
    for name, content in files.items():
        if name.startswith("blobs/sha256/"):
            assert name.endswith(hashlib.sha256(content).hexdigest())
    manifest = json.loads(files[f"blobs/{digest.replace(':', '/')}"])
    config = json.loads(files[f"blobs/{manifest['config']['digest'].replace(':', '/')}"])
    assert (config["architecture"], config["variant"], config["os"]) == ("arm", "v7", "linux")
    assert config["config"]["User"] == "1:2"
    assert config["created"] == "2023-11-14T22:13:20Z"


def test_our_own_reader_takes_the_archive_for_an_image(small_root: Path, make: Make) -> None:
    layer = small_root.parent / "layer.tar"
    make(TRUE, small_root, output=layer)
    archive, _ = archive_of(layer.read_bytes())
    (small_root.parent / "image.tar").write_bytes(archive)
    for scheme in ("docker-archive", "oci-archive"):
        base = resolve_base(f"{scheme}:{small_root.parent / 'image.tar'}")
        assert base.image.provides.libc == resolve_base(f"dir:{small_root}").image.provides.libc
        assert base.image.default_user == "1:2"


@pytest.mark.parametrize("name", ["", "UPPER", "a b", "a:b:c", "-x", "a@sha256:0"])
def test_a_name_that_no_image_can_have_is_refused(name: str, small_root: Path, make: Make) -> None:
    with pytest.raises(UsageError, match="no name of an image"):
        make(TRUE, small_root, output=f"image:{name}")


@pytest.fixture
def tag(engine: Engine) -> Iterator[str]:
    name = f"linkcheck-test/bundle:{uuid.uuid4().hex[:12]}"
    yield name
    engine.remove_image(name)


@pytest.mark.docker
@pytest.mark.go
def test_an_image_starts_in_the_engine_as_its_user(
    tag: str, small_root: Path, make: Make, build_fixture: Callable[..., Path]
) -> None:
    program = build_fixture("users", CGO_ENABLED="0")
    make(program, small_root, output=f"image:{tag}")
    run = ["docker", "run", "--rm", "--network", "none", tag]
    seen = subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)
    assert seen.returncode == 0, seen.stderr
    assert "nonroot" in seen.stdout
    looked = subprocess.run(["docker", "inspect", tag], capture_output=True, text=True, check=True)
    config = json.loads(looked.stdout)[0]["Config"]
    assert (config["User"], config["Entrypoint"]) == ("65532:65532", ["/app"])
    assert config["Labels"]["org.opencontainers.image.title"] == "users"


@pytest.mark.docker
def test_the_files_of_a_bundle_may_come_from_an_image_of_the_engine(
    engine: Engine, tag: str, small_root: Path, make: Make, tmp_path: Path
) -> None:
    from linkcheck.pipeline.bundle import Request, bundle  # noqa: PLC0415

    make(TRUE, small_root, output=f"image:{tag}")
    request = Request(TRUE, (f"docker:{tag}",), str(tmp_path / "again"), verify=False)
    made = bundle(request, os.environ)
    assert made.verdict.answer == "runs"
    one, other = make(TRUE, small_root, output=tmp_path / "first"), made
    assert [piece.path for piece in one.pieces] == [piece.path for piece in other.pieces]


@pytest.mark.parametrize("kind", ["oci-dir", "oci-archive", "docker-archive"])
def test_a_bundle_may_be_an_image_in_files(
    kind: str, small_root: Path, make: Make, tmp_path: Path
) -> None:
    make(TRUE, small_root, output=f"{kind}:{tmp_path / 'out'}")
    ref = f"{kind}:{tmp_path / 'out'}"
    assert check_image(Asked(ref), os.environ).starts
    assert resolve_base(ref).image.default_user == "65532:65532"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "small"]


@pytest.mark.parametrize(
    "output", ["oci-dir:", "oci-archive::x", "docker-archive:", "oci-dir:o:a b"]
)
def test_an_output_without_a_place_is_refused(output: str, small_root: Path, make: Make) -> None:
    with pytest.raises(UsageError, match=r"names no file|no place for|no name of an image"):
        make(TRUE, small_root, output=output)
