"""Bases out of a real registry, with no engine: what is read, what is kept, what goes wrong."""

from __future__ import annotations

import os
import platform as machine
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from linkcheck.errors import BadRootError, MissingToolError, UnknownBaseError
from linkcheck.images import blobs
from linkcheck.images.registry import ATTEMPTS
from linkcheck.images.registry_base import RegistryBase
from linkcheck.images.resolve import resolve_base
from tests.images.archives import file, link, tar
from tests.images.registries import Pusher, failure, proxy
from tools.testbed.registry import serving

pytestmark = [pytest.mark.registry, pytest.mark.usefixtures("home")]

OWN = {"x86_64": "linux/amd64", "aarch64": "linux/arm64"}.get(machine.machine(), "linux/amd64")
ONE = tar([file("etc/one", b"1" * 5000), file("etc/gone")])
TWO = tar([file("etc/two", os.urandom(300_000)), file("etc/.wh.gone", b"")])


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An open registry with one image, as HOST:PORT."""
    with serving(tmp_path_factory.mktemp("registry")) as address:
        Pusher(f"http://{address}", "me/base").image("1", ONE, TWO, User="65532", Env=["A=b"])
        yield address


def kept(home: Path) -> list[Path]:
    """All files of the cache, unfinished ones too."""
    return [path for path in home.glob("cache/linkcheck/blobs/*/*") if path.is_file()]


@pytest.mark.parametrize("docker", [False, True], ids=["oci", "schema2"])
def test_an_image_is_read_by_its_tag_and_by_its_digest(registry: str, docker: bool) -> None:
    name = f"kinds/{docker}".lower()
    pushed = Pusher(f"http://{registry}", name).image("t", ONE, TWO, docker=docker, User="7")
    for ref in (f"{registry}/{name}:t", f"{registry}/{name}:no@{pushed['digest']}"):
        base = RegistryBase(f"registry:{ref}")
        assert base.root.names("/etc") == ("one", "two")
        assert base.image.default_user == "7"
        assert base.image.ref == f"registry:{ref}"
        assert base.stored.digest == pushed["digest"]


def test_layers_packed_with_zstd_and_not_at_all_are_read(registry: str) -> None:
    zstd = pytest.importorskip("backports.zstd", reason="no zstd before Python 3.14")
    pusher = Pusher(f"http://{registry}", "packed")
    for tag, pack in (("zstd", zstd.compress), ("plain", bytes)):
        pusher.image(tag, ONE, TWO, pack=pack)
        assert RegistryBase(f"registry:{registry}/packed:{tag}").root.names("/etc") == (
            "one",
            "two",
        )


def test_a_second_run_asks_for_the_digest_of_the_tag_alone(registry: str) -> None:
    with proxy(registry) as asked:
        RegistryBase(f"registry:{asked.address}/me/base:1")
        assert len(asked.blobs()) == 3
        asked.asked.clear()
        base = RegistryBase(f"registry:{asked.address}/me/base:1")
        assert asked.asked == ["HEAD /v2/me/base/manifests/1"]
        asked.asked.clear()
        RegistryBase(f"registry:{asked.address}/me/base@{base.stored.digest}")
        assert asked.asked == []


def test_a_tag_that_was_moved_is_read_anew(registry: str) -> None:
    pusher = Pusher(f"http://{registry}", "moved")
    pusher.image("t", ONE)
    assert RegistryBase(f"registry:{registry}/moved:t").root.names("/etc") == ("gone", "one")
    pusher.image("t", ONE, TWO)
    assert RegistryBase(f"registry:{registry}/moved:t").root.names("/etc") == ("one", "two")


def test_what_was_not_looked_at_for_a_month_goes(registry: str, home: Path) -> None:
    RegistryBase(f"registry:{registry}/me/base:1")
    old, *used = sorted(kept(home))
    long_ago = time.time() - blobs.KEPT - 60
    os.utime(old, (long_ago, long_ago))
    Pusher(f"http://{registry}", "other").image("1", ONE, TWO, tar([file("three")]), User="8")
    RegistryBase(f"registry:{registry}/other:1")
    assert set(used) <= set(kept(home))
    assert not old.exists()


def test_of_an_index_each_platform_sees_its_own_image(registry: str) -> None:
    pusher = Pusher(f"http://{registry}", "many")
    names = ("linux/amd64", "linux/arm64", "linux/arm/v7")
    entries = [
        pusher.image(name[6:].replace("/", "-"), tar([file("arch", name.encode())]), platform=name)
        for name in names
    ]
    top = pusher.index("t", *entries)
    base = resolve_base(f"registry:{registry}/many:t")
    assert isinstance(base, RegistryBase)
    for name in names:
        view = base.view(name)
        assert view is not None
        assert view.read_text("/arch") == name
        chosen = RegistryBase(f"registry:{registry}/many@{top['digest']}", platform=name)
        assert chosen.root.read("/arch") == name.encode()
    assert base.root.read("/arch") == OWN.encode()
    assert base.view("linux/s390x") is None
    with pytest.raises(BadRootError, match=r"no image for linux/s390x, only for linux/amd64"):
        RegistryBase(f"registry:{registry}/many:t", platform="linux/s390x")


def test_a_wrong_name_tag_or_digest_is_told(registry: str) -> None:
    nothing = "sha256:" + "0" * 64
    for ref in ("me/base:2", "no/such:1", f"me/base@{nothing}"):
        text = failure(f"{registry}/{ref}", UnknownBaseError)
        assert f"{registry} has no such image" in text
        assert "check the name and the tag" in text


def test_a_registry_that_is_down_is_told_with_the_cause(home: Path) -> None:
    text = failure("127.0.0.1:1/base", MissingToolError)
    assert "127.0.0.1:1 can't be reached: [Errno 111] Connection refused" in text
    assert kept(home) == []


def test_a_transfer_that_breaks_off_is_taken_up_where_it_did(registry: str, home: Path) -> None:
    with proxy(registry) as asked:
        asked.damage = cut_at(100_000)
        base = RegistryBase(f"registry:{asked.address}/me/base:1")
        assert base.root.names("/etc") == ("one", "two")
        assert len(asked.blobs()) > 3
        assert len(kept(home)) == 4


def test_a_transfer_that_always_breaks_off_leaves_nothing(registry: str, home: Path) -> None:
    with proxy(registry) as asked:
        asked.damage, asked.ranges = cut_at(100_000), False
        text = failure(f"{asked.address}/me/base:1", MissingToolError)
        assert "broke off after 65536 of 300" in text
        assert len(asked.blobs()) == 2 + ATTEMPTS
        asked.damage = None
        assert len(kept(home)) == 3
        assert not list(home.glob("cache/linkcheck/blobs/*/.*"))
        assert RegistryBase(f"registry:{asked.address}/me/base:1").root.names("/etc")


@pytest.mark.parametrize("part", ["/blobs/", "/manifests/"])
def test_what_does_not_have_its_digest_is_refused_and_not_kept(
    registry: str, home: Path, part: str
) -> None:
    with proxy(registry) as asked:
        asked.damage = lambda path, content: (
            bytes([content[0] ^ 1]) + content[1:] if part in path else content
        )
        text = failure(f"{asked.address}/me/base:1", BadRootError)
        assert "has the digest sha256:" in text
        assert not [p for p in kept(home) if part == "/manifests/"]
        assert not list(home.glob("cache/linkcheck/blobs/*/.*"))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (429, "too many requests"),
        (403, "wants a login"),
        (500, "answers 500"),
        (418, "answers 418"),
    ],
)
def test_what_a_registry_answers_instead_is_told(registry: str, status: int, words: str) -> None:
    with proxy(registry) as asked:
        asked.status = status
        assert words in failure(f"{asked.address}/me/base:1", MissingToolError)


def test_what_is_no_image_is_told(registry: str) -> None:
    with proxy(registry) as asked:
        for content in (b"[]", b"{", b"{}", b'{"schemaVersion": 1}', b'{"manifests": [1]}'):
            asked.instead = content
            digest = blobs.digest_of(content)
            assert "can't be read as an image" in failure(
                f"{asked.address}/me/base@{digest}", BadRootError
            )


def test_a_layer_that_leads_out_of_the_image_stays_in_it(registry: str) -> None:
    Pusher(f"http://{registry}", "evil").image("1", tar([link("up", "../../../etc/passwd")]))
    assert RegistryBase(f"registry:{registry}/evil:1").root.read("/up") != b""


def cut_at(most: int) -> Callable[[str, bytes], bytes]:
    """Blobs end after `most` bytes."""
    return lambda path, content: content[:most] if "/blobs/" in path else content
