"""Names of images are read as Docker reads them."""

from __future__ import annotations

import pytest

from linkcheck.errors import UnknownBaseError
from linkcheck.images.reference import parse_reference

SUM = "a" * 64


@pytest.mark.parametrize(
    ("text", "host", "name"),
    [
        ("debian", "registry-1.docker.io", "docker.io/library/debian:latest"),
        ("docker.io/debian:12", "registry-1.docker.io", "docker.io/library/debian:12"),
        ("me/app:1.0-x", "registry-1.docker.io", "docker.io/me/app:1.0-x"),
        ("gcr.io/distroless/static", "gcr.io", "gcr.io/distroless/static:latest"),
        ("localhost/a", "localhost", "localhost/a:latest"),
        ("localhost:5000/a/b__c:T", "localhost:5000", "localhost:5000/a/b__c:T"),
        ("[::1]:5000/a", "[::1]:5000", "[::1]:5000/a:latest"),
        (f"x.io/a:1@sha256:{SUM}", "x.io", f"x.io/a@sha256:{SUM}"),
    ],
)
def test_registry_repository_and_version_are_told_apart(text: str, host: str, name: str) -> None:
    reference = parse_reference(text)
    assert (reference.host, reference.name) == (host, name)


@pytest.mark.parametrize(
    "text",
    ["", "A", "x.io/", "x.io/A:1", "a:", "a@sha256:12", "a b", "../a", "a//b", "x.io/a:1:2", "-/a",
     "https://x.io/a", "x.io/a?b", "x.io@y/a", "a@md5:" + SUM],
)  # fmt: skip
def test_what_is_no_name_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(UnknownBaseError, match="no name of an image: write registry:HOST"):
        parse_reference(text)
