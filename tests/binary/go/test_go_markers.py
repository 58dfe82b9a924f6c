"""Each marker against a program that wants the thing, and against its traps."""

from __future__ import annotations

import pytest

from linkcheck.binary import read_facts
from linkcheck.binary.go.markers import needs_shown
from linkcheck.model.facts import GoFacts
from tests.binary.go.toolchain import Toolchain

pytestmark = pytest.mark.go


def go_of(toolchain: Toolchain, name: str, *flags: str, cgo: bool = False) -> GoFacts:
    go = read_facts(toolchain.build(name, *flags, cgo=cgo)).go
    assert go is not None
    assert go.functions_read
    return go


def needs(go: GoFacts) -> dict[str, str]:
    return {shown.kind: shown.confidence for shown in needs_shown(go.markers)}


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("hello", {}),
        ("now", {}),
        ("ip", {}),
        ("dns", {}),
        ("tempdir", {}),
        ("dropped", {}),
        ("plainserver", {}),
        ("tlsserver", {}),
        ("roots", {}),
        ("tzembed", {}),
        ("formserver", {"tmp": "possible"}),
        ("https", {"ca-certificates": "likely"}),
        ("tlsdial", {"ca-certificates": "likely"}),
        ("smtp", {"ca-certificates": "likely"}),
        ("tz", {"tzdata": "likely"}),
        ("tmp", {"tmp": "likely"}),
        ("users", {"users": "likely"}),
        ("run", {"program": "possible"}),
        ("plug", {"plugin": "possible"}),
    ],
)
def test_a_pure_go_program_shows_the_needs_it_has_and_no_other(
    toolchain: Toolchain, program: str, expected: dict[str, str]
) -> None:
    assert needs(go_of(toolchain, program)) == expected


def test_embedded_time_zones_by_build_tag_need_none_of_the_system(toolchain: Toolchain) -> None:
    go = go_of(toolchain, "tz", "-tags", "timetzdata")
    assert "time.LoadLocation" in go.markers
    assert needs(go) == {}


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("dns", {"nss": "possible"}),
        ("users", {"users": "likely", "nss": "possible"}),
        ("plug", {"plugin": "likely"}),
        ("hello", {}),
    ],
)
def test_with_cgo_the_c_librarys_part_shows(
    cgo_toolchain: Toolchain, program: str, expected: dict[str, str]
) -> None:
    assert needs(go_of(cgo_toolchain, program, cgo=True)) == expected


@pytest.mark.parametrize(
    ("program", "cgo", "resolver"),
    [
        ("hello", True, "none"),
        ("ip", True, "none"),
        ("dns", True, "cgo"),
        ("dns", False, "go"),
        ("plainserver", False, "go"),
    ],
)
def test_the_resolver_is_what_is_linked(
    cgo_toolchain: Toolchain, program: str, cgo: bool, resolver: str
) -> None:
    assert go_of(cgo_toolchain, program, cgo=cgo).resolver == resolver


def test_the_tag_netgo_leaves_no_getaddrinfo(cgo_toolchain: Toolchain) -> None:
    go = go_of(cgo_toolchain, "dns", "-tags", "netgo,osusergo", cgo=True)
    assert (go.resolver, go.cgo_packages) == ("go", ())


def test_own_c_code_is_blamed_on_the_main_module(cgo_toolchain: Toolchain) -> None:
    go = go_of(cgo_toolchain, "cmath", cgo=True)
    (package,) = go.cgo_packages
    assert (package.package, package.module) == ("main", "example.com/cmath")
    assert set(package.functions) == {"fails", "free", "malloc", "sqrt"}


def test_evidence_names_the_function(toolchain: Toolchain) -> None:
    (shown,) = needs_shown(go_of(toolchain, "tz").markers)
    assert shown.evidence == ("function time.LoadLocation is linked: loads time zones by name",)
