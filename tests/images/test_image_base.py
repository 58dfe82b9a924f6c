"""Images as bases: layers over layers, never unpacked, never trusted."""

from __future__ import annotations

import gzip
import io
import json
import platform
import random
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.errors import BadRootError, MissingToolError, UnknownBaseError
from linkcheck.images import layers, tree
from linkcheck.images.image_base import ImageBase
from linkcheck.images.resolve import resolve_base
from linkcheck.images.root import Entry, NoEntry
from linkcheck.images.root_base import RootBase
from linkcheck.model.library import SharedObject
from tests.images.archives import docker_archive, file, folder, link, oci_layout, tar

ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
ARCH = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


@pytest.fixture
def base(tmp_path: Path) -> Callable[..., ImageBase]:
    """`base(layer, ...)`: the image of these layers, each a list of members."""

    def make(*content: list[tuple[tarfile.TarInfo, bytes]]) -> ImageBase:
        path = docker_archive(tmp_path / "image.tar", *map(tar, content))
        return ImageBase(f"docker-archive:{path}")

    return make


def test_upper_layers_hide_replace_and_take_away_what_lower_ones_have(
    base: Callable[..., ImageBase],
) -> None:
    root = base(
        [file("a", b"1"), folder("d"), file("d/x", b"1"), file("d/y", b"1"), file("e/z", b"1")],
        [file("d/.wh.x", b""), file("d/new", b"2"), file("a", b"22"), file("e/.wh..wh..opq", b"")],
        [file("e/late", b"3"), file(".wh.gone", b"")],
    ).root
    assert root.names("/") == ("a", "d", "e")
    assert root.names("/d") == ("new", "y")
    assert root.names("/e") == ("late",)
    assert root.read("/a") == b"22"
    assert root.entry("/d/x") == NoEntry("No such file or directory")


def test_a_whiteout_and_its_successor_in_one_layer_leave_the_successor(
    base: Callable[..., ImageBase],
) -> None:
    root = base([file("d/x", b"old")], [file("d/x", b"new"), file("d/.wh.x", b"")]).root
    assert root.read("/d/x") == b"new"


def test_a_layer_writes_through_the_links_of_those_below(base: Callable[..., ImageBase]) -> None:
    root = base(
        [folder("usr/lib"), link("lib", "usr/lib"), link("lib64", "/usr/lib")],
        [file("lib/libx.so", b"x"), file("lib64/liby.so", b"y")],
    ).root
    assert root.names("/usr/lib") == ("libx.so", "liby.so")
    assert root.entry("/lib/liby.so") == Entry("/usr/lib/liby.so", "file", 0o644, 1)


def test_a_folder_that_becomes_a_file_or_a_link_loses_what_was_in_it(
    base: Callable[..., ImageBase],
) -> None:
    root = base([file("d/x"), file("f/x")], [file("d", b"file"), link("f", "d")]).root
    assert root.read("/d") == b"file"
    assert root.read("/f") == b"file"
    assert root.entry("/d/x") == NoEntry("Not a directory")


def test_hard_links_share_their_content(base: Callable[..., ImageBase]) -> None:
    root = base([file("bin/busybox", b"box", 0o755), link("bin/sh", "bin/busybox", hard=True)]).root
    assert root.read("/bin/sh") == b"box"
    assert root.entry("/bin/sh") == Entry("/bin/sh", "file", 0o755, 3)


def test_links_never_lead_out_and_loops_end(base: Callable[..., ImageBase]) -> None:
    root = base(
        [
            link("up", "../../../../etc/passwd"),
            link("a", "b"),
            link("b", "a"),
            file("../../outside", b"in"),
            file("/abs/file", b"in"),
        ]
    ).root
    assert root.entry("/up") == NoEntry("No such file or directory")
    assert root.entry("/a") == NoEntry("Too many levels of symbolic links")
    assert root.read("/abs/file") == b"in"
    assert root.read("/outside") == b"in"


def test_content_is_mapped_and_read_at_its_place(base: Callable[..., ImageBase]) -> None:
    root = base([file("a", b"A" * 1000), file("b", b"B" * 2000)]).root
    entry = root.entry("/b")
    assert isinstance(entry, Entry)
    with root.mapped(entry) as data:
        assert data[:] == b"B" * 2000
    assert root.read("/b", 3) == b"BBB"
    assert root.read("/") == NoEntry("Is a directory")


@pytest.mark.testbed
@pytest.mark.parametrize("name", ["alpine-3.23", "debian-12", "distroless-cc-debian12"])
def test_a_real_image_is_judged_like_its_unpacked_root(
    root: Callable[[str], Path], name: str, tmp_path: Path
) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.add(root(name), arcname=".")
    path = docker_archive(tmp_path / "image.tar", gzip.compress(out.getvalue(), 1))
    image, unpacked = ImageBase(f"docker-archive:{path}"), RootBase("dir:x", str(root(name)))
    assert image.image.provides == unpacked.image.provides
    view, other = image.view("linux/amd64"), unpacked.view("linux/amd64")
    assert view is not None
    assert other is not None
    assert view.ld_cache() == other.ld_cache()
    libraries = [p for p in ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1",
                             "/lib/x86_64-linux-gnu/libc.so.6") if
                 isinstance(other.open(p), SharedObject)]  # fmt: skip
    assert libraries
    for library in libraries:
        seen, expected = view.open(library), other.open(library)
        assert isinstance(seen, SharedObject)
        assert isinstance(expected, SharedObject)
        assert seen.version_nodes == expected.version_nodes
        assert seen.path == expected.path


@pytest.mark.docker
def test_an_image_of_the_engine_is_read_from_there(root: Callable[[str], Path]) -> None:
    name = "linkcheck-test/alpine:3.23"
    image = resolve_base(f"docker:{name}")
    assert image.image.provides == RootBase("dir:x", str(root("alpine-3.23"))).image.provides


@pytest.mark.docker
def test_a_bare_name_that_the_catalog_lacks_is_looked_up_in_the_engine() -> None:
    image = resolve_base("linkcheck-test/alpine:3.23").image
    assert (image.ref, image.name) == (
        "linkcheck-test/alpine:3.23",
        "docker:linkcheck-test/alpine:3.23",
    )
    with pytest.raises(UnknownBaseError, match=r"no such base in the catalog, nor an image"):
        resolve_base("linkcheck-no-such:1")


@pytest.mark.docker
def test_an_image_that_the_engine_has_not_is_missing() -> None:
    with pytest.raises(MissingToolError, match=r"linkcheck-no-such:1 is not in.*docker pull"):
        resolve_base("docker:linkcheck-no-such:1")


def test_without_an_engine_its_images_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///no/such.sock")
    with pytest.raises(MissingToolError, match="no Docker Engine answers"):
        resolve_base("docker:alpine:3.23")


def test_an_oci_layout_is_read_by_its_tag_as_folder_and_as_archive(tmp_path: Path) -> None:
    images = {"v1": (tar([file("one")]),), "v2": (tar([file("one")]), tar([file("two")]))}
    layout = oci_layout(tmp_path / "layout", images)
    assert resolve_base(f"oci-dir:{layout}:v2").image.default_user == "65532"
    with tarfile.open(tmp_path / "oci.tar", "w") as archive:
        archive.add(layout, arcname=".")
    for ref, names in (
        (f"oci-dir:{layout}", ("one",)),
        (f"oci-dir:{layout}:v2", ("one", "two")),
        (f"oci-archive:{tmp_path}/oci.tar:v2", ("one", "two")),
        (f"oci-archive:{tmp_path}/oci.tar", ("one",)),
    ):
        assert ImageBase(ref).root.names("/") == names
    with pytest.raises(BadRootError, match="it has no image v3"):
        ImageBase(f"oci-dir:{layout}:v3")


def test_of_an_index_the_image_for_this_cpu_is_taken_and_no_attestation(tmp_path: Path) -> None:
    layout = oci_layout(tmp_path / "x", {"t": (tar([file("own")]),)}, arch=ARCH, nested=True)
    assert ImageBase(f"oci-dir:{layout}:t").root.names("/") == ("own",)


def test_a_base_keeps_its_archive_open_for_its_views_alone(tmp_path: Path) -> None:
    path = docker_archive(tmp_path / "image.tar", gzip.compress(tar([file("etc/x", b"content")])))
    before = len(list(Path("/proc/self/fd").iterdir()))
    root = ImageBase(f"docker-archive:{path}").root
    assert root.read("/etc/x") == b"content"
    del root
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "can't be read as an image"),
        (b"no archive" * 100, "can't be read as an image"),
        (tar([file("x")]), "neither manifest.json nor index.json"),
        (tar([file("manifest.json", b"{")]), "can't be read as an image"),
        (tar([file("manifest.json", b"[]")]), "can't be read as an image"),
        (tar([file("manifest.json", b"[" * 100_000)]), "can't be read as an image"),
        (
            tar([file("manifest.json", b'[{"Layers": ["l"], "Config": "c"}]')]),
            "its layer l is missing",
        ),
        (
            tar([file("index.json", b'{"manifests": [{"digest": "sha256:../../etc/passwd"}]}')]),
            "is no digest",
        ),
    ],
)
def test_what_is_no_image_is_told_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "image.tar"
    path.write_bytes(content)
    with pytest.raises(BadRootError, match=words) as caught:
        ImageBase(f"docker-archive:{path}")
    assert "\n" not in str(caught.value)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    for ref in (f"docker-archive:{tmp_path}/no", f"oci-archive:{tmp_path}/no:t"):
        with pytest.raises(BadRootError, match="No such file"):
            ImageBase(ref)
    with pytest.raises(BadRootError, match="not a folder"):
        ImageBase(f"oci-dir:{tmp_path}/no")


def test_layers_compressed_with_zstd_are_read(tmp_path: Path) -> None:
    packed = _zstd(tar([file("etc/x", b"content")]))
    root = ImageBase(f"docker-archive:{docker_archive(tmp_path / 'image.tar', packed)}").root
    assert root.read("/etc/x") == b"content"
    cut = docker_archive(tmp_path / "cut.tar", packed[:-9])
    with pytest.raises(BadRootError, match="can't be read as an image"):
        ImageBase(f"docker-archive:{cut}")


def test_a_zstd_layer_that_unpacks_without_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, "MAX_UNPACKED", 1 << 20)
    path = docker_archive(tmp_path / "image.tar", _zstd(tar([file("zeros", bytes(4 << 20))])))
    with pytest.raises(BadRootError, match="its layers hold more than"):
        ImageBase(f"docker-archive:{path}")


def test_where_nothing_reads_zstd_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, ZSTD, None)
    path = docker_archive(tmp_path / "image.tar", b"\x28\xb5\x2f\xfd" + bytes(600))
    with pytest.raises(BadRootError, match=r"compressed with zstd.*linkcheck\[zstd\]"):
        ImageBase(f"docker-archive:{path}")


def _zstd(content: bytes) -> bytes:
    packed: bytes = pytest.importorskip(ZSTD).compress(content)
    return packed


def test_a_layer_that_unpacks_without_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, "MAX_UNPACKED", 1 << 20)
    bomb = gzip.compress(tar([file("zeros", bytes(4 << 20))]))
    path = docker_archive(tmp_path / "image.tar", bomb)
    with pytest.raises(BadRootError, match="its layers hold more than"):
        ImageBase(f"docker-archive:{path}")


def test_too_many_files_and_links_without_end_are_given_up(
    base: Callable[..., ImageBase], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "MAX_NODES", 100)
    for content in (
        [file(f"f{n}") for n in range(200)],
        [file(f"{n}/" * 60 + "x") for n in (1, 2)],
    ):
        with pytest.raises(BadRootError, match="more than 100 files"):
            base(content)
    monkeypatch.setattr(tree, "MAX_STEPS", 10_000)
    slow = [link(f"l{n}", f"/l{n - 1}" + "/." * 2000) for n in range(30)]
    with pytest.raises(BadRootError, match="links without end"):
        base(slow, [file(f"l29/{n}") for n in range(50)])


def test_a_header_that_claims_to_be_large_is_refused_unread(tmp_path: Path) -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 8 << 20
    layer = info.tobuf() + b"a" * (8 << 20)
    path = docker_archive(tmp_path / "image.tar", layer)
    with pytest.raises(BadRootError, match="a header of 8388608 bytes"):
        ImageBase(f"docker-archive:{path}")


@pytest.mark.parametrize("seed", range(60))
def test_damaged_archives_raise_nothing_but_our_own_error(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    layer = tar(
        [folder("d"), file("d/x", b"1" * 3000), link("l", "d/x"), link("h", "d/x", hard=True)]
    )
    if seed % 2:
        layer = gzip.compress(layer)
    path = docker_archive(tmp_path / "image.tar", layer, user="me")
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 3, 30))):
        data[chance.randrange(len(data))] = chance.randrange(256)
    if seed % 3 == 0:
        del data[chance.randrange(len(data)) :]
    path.write_bytes(data)
    try:
        root = ImageBase(f"docker-archive:{path}").root
    except BadRootError as error:
        assert "\n" not in str(error)
        return
    for name in root.names("/"):
        root.read(f"/{name}")
    json.dumps(root.names("/d"))
