import pytest

from linkcheck.images.catalog import load_catalog
from linkcheck.model.library import LibraryView, Missing, SharedObject
from linkcheck.model.provides import UNKNOWN


def view_of(ref: str, platform: str = "linux/amd64") -> LibraryView:
    base = load_catalog().find(ref)
    assert base is not None
    view = base.view(platform)
    assert view is not None
    return view


def opened(view: LibraryView, path: str) -> SharedObject:
    found = view.open(path)
    assert isinstance(found, SharedObject), path
    return found


def libc_of(ref: str, platform: str = "linux/amd64") -> SharedObject:
    view = view_of(ref, platform)
    interpreters = view.interpreters()
    assert interpreters is not UNKNOWN
    loader = opened(view, interpreters[0])
    for folder in view.system_dirs(loader):
        found = view.open(f"{folder}/libc.so.6")
        if isinstance(found, SharedObject):
            return found
    raise AssertionError(f"{ref}: no libc.so.6")


def test_thread_functions_are_in_libpthread_up_to_2_33_and_in_libc_since() -> None:
    old, new = libc_of("debian:11"), libc_of("debian:12")
    pthread = opened(view_of("debian:11"), "/lib/x86_64-linux-gnu/libpthread.so.0")
    stub = opened(view_of("debian:12"), "/lib/x86_64-linux-gnu/libpthread.so.0")
    assert old.exports.defines("pthread_create", "GLIBC_2.2.5") is False
    assert pthread.exports.defines("pthread_create", "GLIBC_2.2.5") is True
    assert new.exports.defines("pthread_create", "GLIBC_2.2.5") is True
    assert new.exports.defines("pthread_create", "GLIBC_2.34") is True
    assert stub.exports.defines("pthread_create", "GLIBC_2.2.5") is False
    assert stub.version_nodes is not None
    assert "GLIBC_2.2.5" in stub.version_nodes


def test_a_release_lacks_what_a_later_one_introduced() -> None:
    assert libc_of("ubuntu:22.04").exports.defines("strlcpy", "GLIBC_2.38") is False
    assert libc_of("ubuntu:24.04").exports.defines("strlcpy", "GLIBC_2.38") is True
    nodes = libc_of("ubuntu:22.04").version_nodes
    assert nodes is not None
    assert "GLIBC_2.35" in nodes
    assert "GLIBC_2.36" not in nodes
    assert "GLIBC_ABI_DT_RELR" not in nodes


def test_a_name_is_the_default_until_a_newer_version_of_it_comes() -> None:
    pow_old = opened(view_of("debian:10"), "/lib/x86_64-linux-gnu/libm.so.6").exports
    assert pow_old.defines("pow", "GLIBC_2.2.5") is True
    assert pow_old.defines("pow", "GLIBC_2.29") is False
    assert pow_old.defines("pow", None) is True


def test_what_stands_at_glibc_private_is_not_told() -> None:
    assert libc_of("debian:12").exports.defines("__libc_early_init", "GLIBC_PRIVATE") is UNKNOWN


def test_alpine_drops_the_large_file_names_with_3_19() -> None:
    """musl 1.2.4 made them linkable by the loader only; Alpine 3.18 kept them with a patch."""
    loader = "/lib/ld-musl-x86_64.so.1"
    assert opened(view_of("alpine:3.18"), loader).exports.names("fopen64") is True
    assert opened(view_of("alpine:3.19"), loader).exports.names("fopen64") is False
    assert opened(view_of("alpine:3.20"), loader).exports.names("__printf_chk") is False


def test_a_release_between_two_harvests_knows_what_both_agree_upon() -> None:
    exports = opened(view_of("alpine:3.22"), "/lib/ld-musl-x86_64.so.1").exports
    assert exports.names("statx") is True
    assert exports.names("__printf_chk") is False
    assert exports.names("posix_getdents") is UNKNOWN


def test_a_release_after_the_last_harvest_only_knows_what_was_there() -> None:
    exports = opened(view_of("alpine:3.24"), "/lib/ld-musl-x86_64.so.1").exports
    assert exports.names("statx") is True
    assert exports.names("a_name_of_tomorrow") is UNKNOWN


def test_absence_is_known_in_a_harvested_base_and_unknown_in_others() -> None:
    harvested, other = view_of("debian:12"), view_of("ubuntu:24.04")
    path = "/usr/lib/x86_64-linux-gnu/libxml2.so.2"
    assert isinstance(harvested.open(path), Missing)
    assert other.open(path) is UNKNOWN
    assert isinstance(other.open("/opt/lib/libfoo.so.1"), Missing)
    assert isinstance(other.open("/lib/ld-musl-x86_64.so.1"), Missing)
    hwcaps = "/lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v3/libc.so.6"
    assert isinstance(other.open(hwcaps), Missing)


def test_a_soname_that_a_base_is_known_to_lack_is_missing() -> None:
    micro = view_of("registry.access.redhat.com/ubi9-micro")
    assert isinstance(micro.open("/lib64/libstdc++.so.6"), Missing)
    assert micro.open("/lib64/libpcre2-8.so.0") is UNKNOWN
    assert isinstance(micro.open("/lib64/libgcc_s.so.1"), SharedObject)


def test_a_plugin_folder_that_was_not_harvested_is_unknown() -> None:
    path = "/usr/lib/x86_64-linux-gnu/gconv/UTF-16.so"
    assert view_of("debian:12").open(path) is UNKNOWN


def test_distroless_has_no_cache_and_debian_lists_its_libraries_in_it() -> None:
    assert view_of("gcr.io/distroless/cc-debian13").ld_cache() is None
    cache = view_of("debian:12").ld_cache()
    assert cache is not None
    assert cache is not UNKNOWN
    found = {entry.soname: entry for entry in cache}
    assert found["libz.so.1"].path == "/lib/x86_64-linux-gnu/libz.so.1"
    assert found["libz.so.1"].flags == 0x303


def test_a_library_is_opened_through_the_folders_links() -> None:
    path = "/lib/x86_64-linux-gnu/libc.so.6"
    assert opened(view_of("debian:12"), path).path == f"/usr{path}"
    assert opened(view_of("debian:11"), path).path == "/lib/x86_64-linux-gnu/libc-2.31.so"


@pytest.mark.parametrize(
    ("platform", "loader", "machine", "bits", "order"),
    [
        ("linux/amd64", "/lib64/ld-linux-x86-64.so.2", 62, 64, "little"),
        ("linux/arm64", "/lib/ld-linux-aarch64.so.1", 183, 64, "little"),
        ("linux/arm/v7", "/lib/ld-linux-armhf.so.3", 40, 32, "little"),
        ("linux/386", "/lib/ld-linux.so.2", 3, 32, "little"),
        ("linux/ppc64le", "/lib64/ld64.so.2", 21, 64, "little"),
        ("linux/s390x", "/lib/ld64.so.1", 22, 64, "big"),
        ("linux/riscv64", "/lib/ld-linux-riscv64-lp64d.so.1", 243, 64, "little"),
    ],
)
def test_each_platform_has_its_loader_and_its_machine(
    platform: str, loader: str, machine: int, bits: int, order: str
) -> None:
    view = view_of("debian:13-slim", platform)
    assert view.interpreters() == (loader,)
    found = opened(view, loader)
    assert (found.machine, found.bits, found.byte_order) == (machine, bits, order)
    assert view.glibc_release(found) == (2, 41)
    nodes = libc_of("debian:13-slim", platform).version_nodes
    assert nodes is not None
    assert "GLIBC_2.34" in nodes


def test_a_base_is_not_published_for_every_platform() -> None:
    ubi = load_catalog().find("ubi9")
    assert ubi is not None
    assert ubi.view("linux/386") is None
    assert ubi.view("linux/riscv64") is None
    assert ubi.view("darwin/arm64") is None


def test_an_older_arm_program_gets_the_image_for_the_newer_arm() -> None:
    assert view_of("debian:12", "linux/arm/v6").platform == "linux/arm/v7"
    assert view_of("alpine:3.20", "linux/arm/v6").platform == "linux/arm/v6"


def test_scratch_is_of_no_platform_and_has_nothing() -> None:
    view = view_of("scratch")
    assert view.platform is None
    assert view.interpreters() == ()
    assert isinstance(view.open("/lib64/ld-linux-x86-64.so.2"), Missing)


def test_a_static_image_has_a_platform_and_no_loader() -> None:
    view = view_of("gcr.io/distroless/static-debian12", "linux/arm64")
    assert view.platform == "linux/arm64"
    assert view.interpreters() == ()
    assert isinstance(view.open("/lib/ld-linux-aarch64.so.1"), Missing)
