"""A tag of golang stands on what docker-library/golang's history says."""

from __future__ import annotations

import pytest

from linkcheck.gate.bases import find_base
from linkcheck.gate.golang import GolangImage, golang_image


@pytest.mark.parametrize(
    ("tag", "stands_on"),
    [
        ("golang:1.20.4", ("debian", "11", False)),  # before Debian 12 was out
        ("golang:1.20.5", ("debian", "12", False)),
        ("golang:1.20", ("debian", "12", True)),
        ("golang:1.24.5", ("debian", "12", False)),
        ("golang:1.24.6", ("debian", "13", False)),
        ("golang:1.16.6", ("debian", "10", False)),
        ("golang:1.22", ("debian", "12", True)),
        ("golang:1.19.13", ("debian", "12", False)),
        ("golang:1.22-alpine", ("alpine", "3.21", True)),
        ("golang:1.22.2-alpine", ("alpine", "3.19", False)),
        ("golang:1.22-alpine3.18", ("alpine", "3.18", False)),
        ("golang:1.21-bullseye", ("debian", "11", False)),
        ("golang:1.25-rc", ("debian", "13", False)),
        ("golang:1.18beta1", ("debian", "11", False)),
        ("golang:bookworm", ("debian", "12", False)),
        ("golang:1.24.6@sha256:" + "0" * 64, ("debian", "13", False)),
        ("golang:1@sha256:" + "0" * 64, ("debian", "13", False)),
        ("golang:1.12", ("debian", None, True)),  # older than the table
        ("golang:1.27-windowsservercore-ltsc2022", ("debian", None, False)),
        ("mirror.gcr.io/library/golang:1.22", ("debian", "12", True)),
        ("public.ecr.aws/docker/library/golang:1.22", ("debian", "12", True)),
    ],
)
def test_a_tag_stands_on_the_release_that_it_was_last_built_on(
    tag: str, stands_on: tuple[str, str | None, bool]
) -> None:
    assert golang_image(tag) == stands_on


@pytest.mark.parametrize("ref", ["golang", "golang:latest", "golang:1", "golang:tip"])
def test_tags_without_a_release_stand_on_the_newest_and_move_on(ref: str) -> None:
    found = golang_image(ref)
    assert isinstance(found, GolangImage)
    assert found.floating
    assert int(found.release or 0) >= 13


@pytest.mark.parametrize("ref", ["golang-tools", "ghcr.io/acme/golang:1.22", "acme/golang", "go"])
def test_other_images_are_no_golang(ref: str) -> None:
    assert golang_image(ref) is None


def test_what_is_older_than_the_table_is_not_known() -> None:
    assert find_base("golang:1.12") == "golang:1.12: what it stands on is not known"
