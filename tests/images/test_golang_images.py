"""The official golang images that there are."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from linkcheck.images import golang_images as module
from linkcheck.images.golang_images import default_system, golang_images
from tools.harvest.golang import table


@pytest.mark.parametrize(
    ("release", "systems"),
    [
        ("1.27.3", ["bookworm", "trixie", "alpine3.23", "alpine3.24"]),
        ("1.22.5", ["bullseye", "bookworm", "alpine3.19", "alpine3.20"]),
        ("1.24.9", ["bookworm", "trixie", "alpine3.21", "alpine3.22"]),
        ("1.19", ["buster", "bullseye", "alpine3.15", "alpine3.16"]),
        ("1.2", []),
        ("devel", []),
    ],
)
def test_a_release_has_the_images_of_its_time(release: str, systems: list[str]) -> None:
    assert [i.ref for i in golang_images(release)] == [f"golang:{release}-{s}" for s in systems]


def test_a_series_after_the_table_is_where_the_newest_one_is() -> None:
    newer = [image.base for image in golang_images("1.99rc1")]
    assert newer == [image.base for image in golang_images("1.27.3")]


def test_each_image_says_which_c_library_it_has() -> None:
    found = {image.base: (image.libc, image.libc_version) for image in golang_images("1.27.3")}
    assert found["debian:bookworm"] == ("glibc", "2.36")
    assert found["debian:trixie"] == ("glibc", "2.41")
    assert found["alpine:3.23"] == ("musl", "1.2.5")


@pytest.mark.parametrize(
    ("release", "debian", "alpine"),
    [
        ("1.20.4", "bullseye", "3.18"),
        ("1.20.5", "bookworm", "3.18"),
        ("1.23", "trixie", "3.22"),
        ("1.25rc1", "bookworm", "3.22"),
        ("1.12", None, None),
        ("1.22.99", None, None),
        ("tip", None, None),
    ],
)
def test_a_tag_that_names_no_system_stands_on_the_newest_that_there_was(
    release: str, debian: str | None, alpine: str | None
) -> None:
    assert default_system(release, "debian") == debian
    assert default_system(release, "alpine") == alpine


def test_no_release_is_the_newest() -> None:
    assert default_system(None, "debian") == default_system("1.99", "debian") == "trixie"


def test_the_table_is_made_from_a_clone(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "init", "-q", str(clone))
    for release, variants in (("1.30.0", '"bookworm"'), ("1.30.1", '"bookworm","trixie"')):
        told = f'{{"1.30": {{"version": "{release}", "variants": [{variants},"windows/x"]}}}}'
        (clone / "versions.json").write_text(told)
        git(clone, "add", "versions.json")
        git(clone, "commit", "-qm", release)
    assert module._parsed(table(clone)) == {
        "bookworm": {"1.30": ["1.30.0"]},
        "trixie": {"1.30": ["1.30.1"]},
    }


def git(folder: Path, *arguments: str) -> None:
    name = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    subprocess.run(["git", *name, *arguments], cwd=folder, check=True)
