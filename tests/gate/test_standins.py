"""gcompat and libc6-compat put what Alpine's packages of that release put."""

from __future__ import annotations

import pytest

from linkcheck.gate.accounts import Accounts
from linkcheck.gate.contents import Contents
from linkcheck.gate.overlay import StageBase
from linkcheck.gate.stages import arguments, find_stage, parse_dockerfile
from linkcheck.images.resolve import ResolvedBase
from linkcheck.model.library import LibraryView, Missing, SharedObject
from linkcheck.model.provides import UNKNOWN

LOADER = "/lib64/ld-linux-x86-64.so.2"


def view(base: str, packages: str, platform: str = "linux/amd64") -> LibraryView:
    file = parse_dockerfile(f"FROM {base}\nRUN apk add --no-cache {packages}\n")
    contents = Contents(file, arguments(file, {}, platform, platform), None)
    image = contents.image(find_stage(file, None).number)
    below = contents.base(base)
    assert not isinstance(below, str)
    resolved: ResolvedBase = below
    found = StageBase(contents, image, resolved, Accounts((), ())).view(platform)
    assert found is not None
    return found


def soname(base: str, packages: str, path: str) -> object:
    """The soname of what lies there, or why there is none."""
    opened = view(base, packages).open(path)
    return opened.soname if isinstance(opened, SharedObject) else opened


@pytest.mark.parametrize("package", ["gcompat", "libc6-compat", "gcompat=1.1.0-r4"])
@pytest.mark.parametrize("release", ["3.19", "3.23", "3.24"])
def test_since_3_19_both_names_are_gcompat_with_all_its_links(release: str, package: str) -> None:
    base = f"alpine:{release}"
    assert soname(base, package, LOADER) is None  # the stub is no shared object
    for name in ("libgcompat.so.0", "libresolv.so.2", "libcrypt.so.1"):
        assert soname(base, package, f"/lib/{name}") == "libgcompat.so.0"
    assert LOADER in view(base, package).interpreters()  # type: ignore[operator]


def test_up_to_3_18_libc6_compat_is_links_to_musl() -> None:
    for path in (LOADER, "/lib/ld-linux-x86-64.so.2", "/lib/libcrypt.so.1"):
        assert soname("alpine:3.18", "libc6-compat", path) == "libc.musl-x86_64.so.1"
    assert isinstance(soname("alpine:3.18", "libc6-compat", "/lib/libresolv.so.2"), Missing)


def test_gcompat_1_0_has_no_links_and_of_1_1_before_3_19_that_is_not_known() -> None:
    assert isinstance(soname("alpine:3.16", "gcompat", "/lib/libresolv.so.2"), Missing)
    assert soname("alpine:3.18", "gcompat", "/lib/libresolv.so.2") is UNKNOWN
    assert soname("alpine:3.18", "gcompat", "/lib/libgcompat.so.0") == "libgcompat.so.0"


def test_releases_export_what_was_harvested_of_them() -> None:
    for base, has in (("alpine:3.16", False), ("alpine:3.23", True)):
        library = view(base, "gcompat").open("/lib/libgcompat.so.0")
        assert isinstance(library, SharedObject)
        assert library.exports.names("__res_search") is True
        assert library.exports.names("__libc_single_threaded") is has  # new in 1.1.0
        assert library.exports.names("__isoc23_strtol") is False


def test_what_older_releases_put_there_is_not_known() -> None:
    assert soname("alpine:3.12", "gcompat", LOADER) is UNKNOWN


def test_machines_that_were_never_tried_are_not_known() -> None:
    assert view("alpine:3.23", "gcompat", "linux/386").open("/lib/ld-linux.so.2") is UNKNOWN
    arm = view("alpine:3.23", "gcompat", "linux/arm64").open("/lib/ld-linux-aarch64.so.1")
    assert isinstance(arm, SharedObject)
