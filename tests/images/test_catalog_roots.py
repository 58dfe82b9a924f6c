"""The catalog against the real roots of the testbed: it must say what they say."""

import os
from pathlib import Path

import pytest

from linkcheck.images.catalog import load_catalog
from tools.harvest.check import check
from tools.testbed import cache

ROOTS = {
    "debian:11": "debian-11",
    "debian:12": "debian-12",
    "debian:13": "debian-13",
    "alpine:3.23": "alpine-3.23",
    **{
        f"gcr.io/distroless/{flavour}-{release}": f"distroless-{flavour}-{release}"
        for flavour in ("static", "base-nossl", "base", "cc")
        for release in ("debian12", "debian13")
    },
}


@pytest.mark.testbed
@pytest.mark.parametrize("name", ROOTS)
def test_the_catalog_agrees_with_the_real_root(name: str) -> None:
    root = Path(os.fspath(cache.root())) / "roots" / ROOTS[name]
    if not root.is_dir():
        pytest.skip(f"{root.name} is not made: python -m tools.testbed")
    base = load_catalog().find(name)
    assert base is not None
    found = check(base, root)
    own = [d for d in found.differences if d.startswith(("libc:", "provides", "interpreters"))]
    assert own == []
    # a package that was updated since the harvest may differ; the C library's names may not
    assert found.agreed.total() >= 0.99 * found.asked.total(), found.differences[:20]
