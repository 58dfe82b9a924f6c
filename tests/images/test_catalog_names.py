import pytest

from linkcheck.images.catalog import load_catalog


@pytest.mark.parametrize(
    ("ref", "name"),
    [
        ("scratch", "scratch"),
        ("debian", "debian:13"),
        ("debian:latest", "debian:13"),
        ("debian:stable-slim", "debian:13-slim"),
        ("debian:bookworm-slim", "debian:12-slim"),
        ("debian:bookworm-20250101-slim", "debian:12-slim"),
        ("debian:12.5-slim", "debian:12-slim"),
        ("debian:unstable", "debian:sid"),
        ("docker.io/library/alpine:3.23", "alpine:3.23"),
        ("docker.io/alpine:3.20", "alpine:3.20"),
        ("alpine:3.23.4", "alpine:3.23"),
        ("alpine", "alpine:3.24"),
        ("ubuntu:noble-20240605", "ubuntu:24.04"),
        ("ubuntu:resolute", "ubuntu:26.04"),
        ("ubuntu:24.04@sha256:" + "a" * 64, "ubuntu:24.04"),
        ("gcr.io/distroless/static", "gcr.io/distroless/static-debian13"),
        ("gcr.io/distroless/base-debian12:latest-amd64", "gcr.io/distroless/base-debian12"),
        (
            "gcr.io/distroless/static-debian13:nonroot",
            "gcr.io/distroless/static-debian13:nonroot",
        ),
        (
            "registry.access.redhat.com/ubi9/ubi-minimal:9.4-1214.1726694543",
            "registry.access.redhat.com/ubi9-minimal",
        ),
        ("redhat/ubi9-micro", "registry.access.redhat.com/ubi9-micro"),
        ("amazonlinux:2023.4.20240611.0", "amazonlinux:2023"),
        ("busybox", "busybox:glibc"),
        ("busybox:1.37.0-musl", "busybox:musl"),
        ("rockylinux:9.3.20231119-minimal", "rockylinux:9-minimal"),
        ("almalinux:9.4-minimal-20240530", "almalinux:9-minimal"),
        ("cgr.dev/chainguard/static:latest", "cgr.dev/chainguard/static"),
    ],
)
def test_a_ref_finds_its_base(ref: str, name: str) -> None:
    base = load_catalog().find(ref)
    assert base is not None
    assert base.name == name


@pytest.mark.parametrize(
    "ref",
    [
        "",
        ":",
        "@",
        "debian:",
        "debian@sha256:" + "a" * 64,
        "alpine:edge",
        "debian:12-backports",
        "debian:99",
        "localhost:5000/debian:12",
        "debain:12",
        "dir:/tmp",
    ],
)
def test_what_the_catalog_does_not_know_is_none(ref: str) -> None:
    found = load_catalog().find(ref)
    assert found is None or (ref == "debian:" and found.name == "debian:13")


def test_a_misspelt_ref_gets_the_nearest_names() -> None:
    assert "debian:12" in load_catalog().suggest("debain:12")
    assert (
        load_catalog()
        .suggest("gcr.io/distroless/statik-debian12")[0]
        .startswith("gcr.io/distroless/static-debian12")
    )


def test_every_name_finds_itself() -> None:
    catalog = load_catalog()
    assert [b.name for b in catalog.bases if catalog.find(b.name) is not b] == []


def test_the_image_repeats_the_ref_and_carries_the_canonical_name() -> None:
    base = load_catalog().find("debian:bookworm-slim")
    assert base is not None
    image = base.image("debian:bookworm-slim")
    assert (image.ref, image.name, image.source) == (
        "debian:bookworm-slim",
        "debian:12-slim",
        "catalog",
    )


def test_bases_come_in_the_order_of_their_size() -> None:
    sizes = [b.size for b in load_catalog().bases if isinstance(b.size, int)]
    assert sizes == sorted(sizes)
    assert load_catalog().bases[0].name == "scratch"
