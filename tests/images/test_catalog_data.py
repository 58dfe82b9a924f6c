import re
from pathlib import Path

import pytest

from linkcheck.images.catalog import CatalogBase, glibc, load_catalog, tables
from linkcheck.images.catalog.platforms import PLATFORMS
from linkcheck.images.catalog.view import CatalogView
from linkcheck.model.library import SharedObject
from tools.harvest import bases, docs

REPOSITORY = Path(__file__).parents[2]
BASES = load_catalog().bases


def test_the_json_is_what_the_toml_says() -> None:
    source = (tables.DATA / "bases.toml").read_text(encoding="utf-8")
    assert (tables.DATA / "bases.json").read_text(encoding="utf-8") == bases.compiled(source)


def test_the_documentation_is_what_the_catalog_says() -> None:
    page = (REPOSITORY / "docs" / "bases.md").read_text(encoding="utf-8")
    assert page == docs.text(load_catalog())


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('[base.x]\nlike = "y"', "no such table"),
        ('[base.x]\ntitle = "X"\nlibc = "none"\nlayout = "none"', "platforms is missing"),
        (
            '[base.x]\ntitle = "X"\nlibc = "glibc"\nlayout = "lib64"\nplatforms = ["linux/amd64"]',
            "libc_version is missing",
        ),
        (
            '[base.x]\ntitle = "X"\nlibc = "none"\nlayout = "none"\nplatforms = ["linux/vax"]',
            "no platform linux/vax",
        ),
        (
            '[base.x]\ntitle = "X"\nlibc = "none"\nlayout = "none"\nplatforms = []\nsise = 3',
            "no such key sise",
        ),
    ],
)
def test_a_wrong_table_is_refused_with_its_name(table: str, message: str) -> None:
    with pytest.raises(bases.BasesError, match=message):
        bases.compiled(f"{table}\n[repository.x]\n")


@pytest.mark.parametrize("machine", sorted({p.machine for p in PLATFORMS.values()}))
def test_a_newer_glibc_has_every_node_of_an_older_one(machine: str) -> None:
    releases = [(2, minor) for minor in range(26, 44)]
    for library in ("libc.so.6", "libm.so.6", "libpthread.so.0", "libresolv.so.2"):
        older: frozenset[str] = frozenset()
        for release in releases:
            nodes = glibc.exports(library, machine, release).nodes
            assert older <= nodes | {glibc.PRIVATE}, (library, release, older - nodes)
            older = nodes


@pytest.mark.parametrize("machine", sorted({p.machine for p in PLATFORMS.values()}))
def test_no_symbol_is_lost_by_a_newer_glibc(machine: str) -> None:
    """A name at its version stays somewhere in glibc, though it may move to another library."""
    older: set[tuple[str, str]] = set()
    for release in ((2, 27), (2, 31), (2, 34), (2, 36), (2, 42), (2, 43)):
        newer = _symbols(machine, release)
        lost = {s for s in older - newer if not s[0].startswith(("__lib", "_dl_"))}
        assert len(lost) <= len(older) // 100, (release, sorted(lost)[:20])
        older = newer


def _symbols(machine: str, release: tuple[int, int]) -> set[tuple[str, str]]:
    return {
        (name, fields[1])
        for line in tables.lines(f"glibc/{machine}.txt")
        for fields in [line.split(" ")]
        if glibc.node_release(fields[1]) <= release and tables.active(fields[2], fields[3], release)
        for name in fields[5:]
    }


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.name)
def test_every_base_opens_its_loader_and_libraries_on_every_platform(base: CatalogBase) -> None:
    for platform in base.platforms:
        view = base.view(platform)
        assert isinstance(view, CatalogView)
        for path in (*view.interpreters(), *view.known_paths()):
            found = view.open(path)
            assert isinstance(found, SharedObject), (platform, path)
            if base.libc == "glibc" and found.soname == "libc.so.6":
                newest = f"GLIBC_{base.libc_version}"
                nodes = found.version_nodes or frozenset()
                numbered = {glibc.node_release(n) for n in nodes}
                assert max(numbered) <= base.glibc_release, newest
                assert max(numbered) >= (2, 26)
        assert bool(view.interpreters()) == (base.layout != "none")


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.name)
def test_every_runtime_named_by_a_base_is_in_the_table(base: CatalogBase) -> None:
    platform = "linux/amd64"
    view = base.view(platform)
    assert isinstance(view, CatalogView)
    names = {path.rpartition("/")[2] for path in view.known_paths()}
    assert set(base.runtimes) <= names


@pytest.mark.parametrize("family", ["alpine", "debian", "ubuntu", "amazonlinux", "fedora"])
def test_the_libc_of_a_family_only_grows(family: str) -> None:
    found = [
        (tables.release(match[1]), tables.release(base.libc_version))
        for base in BASES
        if (match := re.fullmatch(rf"{family}:(\d+(?:\.\d+)?)", base.name)) and base.libc_version
    ]
    versions = [version for _, version in sorted(found)]
    assert len(versions) >= 2
    assert versions == sorted(versions)


def test_about_ten_bases_are_shown_by_default_and_all_can_be_recommended() -> None:
    default = [base for base in BASES if base.default]
    assert 8 <= len(default) <= 12
    assert all(base.recommendable for base in default)
    assert {"scratch", "debian:13-slim", "alpine:3.24"} <= {base.name for base in default}


def test_what_was_not_harvested_names_its_source() -> None:
    for base in BASES:
        if base.end_of_life:
            assert "end_of_life" in base.sources, base.name
        if base.libc == "glibc" and not base.inventory and base.layout != "busybox":
            assert "libc_version" in base.sources, base.name
            assert not base.runtimes or "runtimes" in base.sources, base.name


def test_the_data_stays_small() -> None:
    total = sum(path.stat().st_size for path in tables.DATA.rglob("*") if path.is_file())
    assert total < 1_500_000
