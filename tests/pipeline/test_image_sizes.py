"""Sizes of images: measured by making them where an engine is, and told as estimates elsewhere."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linkcheck.model.needs import NeedKind
from linkcheck.model.report import ImageSize, Subject
from linkcheck.pipeline.analyze import Analyzer
from linkcheck.pipeline.layer import pack_layer
from linkcheck.pipeline.sizes import Images, Sizes, with_image_sizes
from linkcheck.report.screen import Screen
from linkcheck.report.table import render
from tests.report.samples import matrix

if TYPE_CHECKING:
    from linkcheck.engine.engine import Engine

ALPINE = "linkcheck-test/alpine:3.23"
DEBIAN = "linkcheck-test/debian:13"
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
BASE = "gcr.io/distroless/base-debian13"  # the one that the samples recommend


def members(program: Path | None, added: Sequence[NeedKind]) -> dict[str, tarfile.TarInfo]:
    files = pack_layer(program, added)
    assert files is not None
    with files, tarfile.open(fileobj=files) as archive:
        return {member.name: member for member in archive}


def test_a_layer_holds_the_program_and_what_the_base_lacks_for_root(tmp_path: Path) -> None:
    program = tmp_path / "hello"
    program.write_bytes(b"x" * 100)
    program.chmod(0o755)
    found = members(program, ("tmp", "users"))
    assert sorted(found) == ["app", "etc/passwd", "tmp"]
    assert (found["app"].size, found["app"].mode & 0o777, found["app"].uid) == (100, 0o755, 0)
    assert found["tmp"].mode == 0o1777


def test_a_layer_with_something_that_nobody_can_add_is_none() -> None:
    assert pack_layer(None, ("library",)) is None


def sizes_of(*images: Images) -> Callable[[Sequence[tuple[Path, Subject]]], Sequence[Images]]:
    return lambda programs: images[: len(programs)]


def test_a_measured_size_takes_the_place_of_an_estimate_and_says_so() -> None:
    images = (ImageSize("scratch", 5), ImageSize(BASE, 7_000_000))
    report = with_image_sizes(matrix(), [Path("p")] * 4, sizes_of(images, ()))
    first, second, *failed = report.builds or ()
    assert (first.image_size, first.image_measured, first.image_sizes) == (7_000_000, True, images)
    assert (second.image_size, second.image_measured, second.image_sizes) == (None, False, ())
    assert [build.image_measured for build in failed] == [False, False]


def test_the_table_tells_a_measured_size_from_an_estimate() -> None:
    assert "~4.0 MB" in render(matrix())
    assert "as an estimate (~)" in render(matrix())
    report = with_image_sizes(
        matrix(), [Path("p")] * 4, sizes_of((ImageSize(BASE, 7_000_000),), ())
    )
    text = render(report, Screen(100))
    assert " 7.0 MB" in text
    assert "image: bytes on the smallest base, measured by making the image" in text


def test_without_an_engine_nothing_is_measured() -> None:
    analyzer = Analyzer(("scratch",))
    subject = matrix().subjects[1]
    sizes = Sizes(analyzer.bases, {"DOCKER_HOST": "tcp://127.0.0.1:1"})
    assert list(sizes.measure([(Path("p"), subject)])) == [()]


@pytest.fixture
def here(engine: Engine) -> Engine:
    """The engine, if it has the images that are measured."""
    for name in (ALPINE, DEBIAN):
        if engine.image(name) is None:
            pytest.skip(f"the engine has no {name}: `python -m tools.testbed` makes it")
    return engine


def measured(program: Path, *refs: str) -> dict[str, int]:
    analyzer = Analyzer(refs)
    sizes = Sizes(analyzer.bases, os.environ)
    (images,) = sizes.measure([(program, analyzer.subject(program))])
    return {image.base: image.size for image in images}


@pytest.mark.docker
@pytest.mark.go
def test_a_size_is_that_of_the_image_really_made_on_each_base(
    here: Engine, build_fixture: Callable[..., Path]
) -> None:
    from linkcheck.engine.measure import size_with  # noqa: PLC0415 -- needs docker

    program = build_fixture("hello")
    found = measured(program, "scratch", f"docker:{ALPINE}", f"docker:{DEBIAN}")
    for base, ref in (
        ("scratch", None),
        (f"docker:{ALPINE}", ALPINE),
        (f"docker:{DEBIAN}", DEBIAN),
    ):
        files = pack_layer(program, ())
        assert files is not None
        with files:
            assert found[base] == size_with(here, ref, files)
    assert found["scratch"] == program.stat().st_size


@pytest.mark.docker
@pytest.mark.go
def test_what_a_base_lacks_is_part_of_its_image(
    here: Engine, build_fixture: Callable[..., Path]
) -> None:
    if not BUNDLE.is_file():
        pytest.skip("no CA bundle on this machine: apt-get install ca-certificates")
    program = build_fixture("httpsget")
    found = measured(program, "scratch", f"docker:{ALPINE}")
    own = program.stat().st_size
    assert found["scratch"] == own + BUNDLE.stat().st_size  # degraded there
    alpine = here.client.inspect_image(ALPINE)["Size"]
    assert found[f"docker:{ALPINE}"] == alpine + own  # has a bundle of its own


@pytest.mark.docker
@pytest.mark.go
def test_no_image_or_container_is_left(here: Engine, build_fixture: Callable[..., Path]) -> None:
    measured(build_fixture("hello"), "scratch", f"docker:{ALPINE}")
    ours = {"label": "org.linkcheck=size"}
    assert here.client.images(filters=ours) == []
    assert here.client.containers(all=True, filters=ours) == []


@pytest.mark.docker
@pytest.mark.go
def test_a_base_that_refuses_it_or_is_not_here_has_no_size(
    here: Engine, build_fixture: Callable[..., Path]
) -> None:
    program = build_fixture("dnslookup", CGO_ENABLED="1")
    found = measured(program, "scratch", "fedora:43", f"docker:{DEBIAN}", f"docker:{ALPINE}")
    assert list(found) == [f"docker:{DEBIAN}"]
