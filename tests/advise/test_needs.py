"""What a program's own bytes say that it wants."""

from __future__ import annotations

import pytest

from linkcheck.advise import needs_of
from linkcheck.model.facts import DlopenNote, LibcFacts, Module, Notes, SymbolNeed, VersionNeed
from linkcheck.model.needs import Need
from tests.advise.factories import (
    NET,
    c_facts,
    cgo_facts,
    dynamic_elf,
    elf,
    facts,
    go,
    kinds,
)


def find(needs: tuple[Need, ...], kind: str) -> Need:
    return next(need for need in needs if need.kind == kind)


def test_a_static_program_needs_only_its_platform() -> None:
    assert [(n.kind, n.value) for n in needs_of(facts())] == [("platform", "linux/amd64")]


def test_a_dynamic_program_needs_loader_library_and_version_in_that_order() -> None:
    needs = needs_of(c_facts(dynamic_elf()))
    assert [(n.kind, n.value, n.confidence) for n in needs] == [
        ("platform", "linux/amd64", "certain"),
        ("loader", "/lib64/ld-linux-x86-64.so.2", "certain"),
        ("library", "libc.so.6", "certain"),
        ("symbol-version", "libc.so.6 GLIBC_2.34", "certain"),
    ]


def test_every_need_carries_evidence_and_a_value() -> None:
    undefined = tuple(SymbolNeed(n) for n in ("getaddrinfo", "mkstemp", "pthread_exit", "system"))
    note = DlopenNote(("liba.so.1",))
    program = c_facts(dynamic_elf(undefined=undefined, notes=Notes(isa_needed=4, dlopen=(note,))))
    needs = needs_of(program)
    assert {n.kind for n in needs} >= {"cpu", "nss", "tmp", "shell", "library"}
    assert all(need.evidence and need.value for need in needs)


def test_a_weak_version_is_only_possible() -> None:
    weak = VersionNeed("libfoo.so.1", "FOO_2", weak=True)
    need = find(needs_of(c_facts(dynamic_elf(version_needs=(weak,)))), "symbol-version")
    assert need.confidence == "possible"
    assert "WEAK" in need.evidence[0]


@pytest.mark.parametrize(
    ("setting", "level"),
    [
        (("GOAMD64", "v3"), "x86-64-v3"),
        (("GOARM64", "v8.2,lse"), "arm64 v8.2,lse"),
        (("GOPPC64", "power10"), "ppc64 power10"),
        (("GORISCV64", "rva22u64"), "riscv64 rva22u64"),
    ],
)
def test_a_raised_cpu_setting_is_a_need(setting: tuple[str, str], level: str) -> None:
    need = find(needs_of(facts(go_facts=go(settings=(setting,)))), "cpu")
    assert (need.value, need.evidence) == (level, (f"go version -m: {'='.join(setting)}",))


@pytest.mark.parametrize(
    "setting",
    [("GOAMD64", "v1"), ("GOARM64", "v8.0"), ("GOPPC64", "power8"), ("GORISCV64", "rva20u64")],
)
def test_a_baseline_cpu_setting_is_no_need(setting: tuple[str, str]) -> None:
    assert not [n for n in needs_of(facts(go_facts=go(settings=(setting,)))) if n.kind == "cpu"]


def test_the_highest_isa_level_of_the_note_is_the_need() -> None:
    program = c_facts(elf(notes=Notes(isa_needed=0b0111)))
    assert find(needs_of(program), "cpu").value == "x86-64-v3"


@pytest.mark.parametrize(
    ("marker", "kind"),
    [
        ("net/http.(*Client).do", "ca-certificates"),
        ("crypto/tls.dial", "ca-certificates"),
        ("crypto/x509.SystemCertPool", "ca-certificates"),
        ("time.LoadLocation", "tzdata"),
        ("os.CreateTemp", "tmp"),
        ("os.MkdirTemp", "tmp"),
        ("os/user.Current", "users"),
    ],
)
def test_a_good_marker_makes_a_likely_need(marker: str, kind: str) -> None:
    assert kinds(needs_of(facts(go_facts=go(marker))), "likely") == {kind}


@pytest.mark.parametrize(
    "markers",
    [
        ("os/user.Current", "os/user.LookupId"),  # archive/tar
        ("os.CreateTemp", "mime/multipart.(*Reader).readForm"),  # large uploads
    ],
)
def test_a_marker_that_comes_along_with_something_else_is_only_possible(
    markers: tuple[str, ...],
) -> None:
    needs = needs_of(facts(go_facts=go(*markers)))
    assert not kinds(needs, "likely")
    assert len(kinds(needs, "possible")) == 1


def test_a_lookup_by_name_is_likely_even_beside_archive_tar() -> None:
    names = ("os/user.Current", "os/user.LookupId", "os/user.Lookup")
    assert kinds(needs_of(facts(go_facts=go(*names))), "likely") == {"users"}


def test_embedded_zones_take_the_need_away() -> None:
    linked = go("time.LoadLocation", "time/tzdata.loadFromEmbeddedTZData")
    tagged = go("time.LoadLocation", settings=(("-tags", "netgo,timetzdata"),))
    for program in (facts(go_facts=linked), facts(go_facts=tagged)):
        assert not [n for n in needs_of(program) if n.kind == "tzdata"]


def test_unreadable_function_names_rule_nothing_out() -> None:
    needs = needs_of(facts(go_facts=go(functions_read=False)))
    assert kinds(needs, "possible") == {"ca-certificates", "tzdata", "users", "tmp"}
    assert not kinds(needs, "likely")


def test_a_cgo_resolver_on_glibc_may_want_nss_and_surely_does_when_forced() -> None:
    plain = cgo_facts(NET, markers=("net._C2func_getaddrinfo",))
    assert find(needs_of(plain), "nss").confidence == "possible"
    assert plain.go is not None
    forced = cgo_facts(NET)
    forced = facts(
        forced.elf,
        go("net._C2func_getaddrinfo", resolver="cgo", settings=(("-tags", "netcgo"),)),
        libc=forced.libc,
    )
    need = find(needs_of(forced), "nss")
    assert need.confidence == "likely"
    assert "go version -m: -tags has netcgo" in need.evidence


def test_musl_has_no_nss_to_want() -> None:
    program = cgo_facts(NET, markers=("net._C2func_getaddrinfo",), libc=LibcFacts("musl"))
    assert not [n for n in needs_of(program) if n.kind == "nss"]


def test_static_glibc_wants_the_modules_of_that_very_glibc() -> None:
    linked = go("net._C2func_getaddrinfo", resolver="cgo", cgo_packages=(NET,))
    program = facts(elf(), linked, libc=LibcFacts("glibc"))
    assert find(needs_of(program), "nss").value == "NSS modules of the linked-in glibc"


def test_c_symbols_are_hints_and_never_more() -> None:
    names = ("getaddrinfo", "getpwnam", "tzset", "mkstemp", "system", "execvp", "pthread_cancel")
    needs = needs_of(c_facts(dynamic_elf(undefined=tuple(SymbolNeed(n) for n in names))))
    expected = {"nss", "users", "tzdata", "tmp", "shell", "program", "library"}
    assert kinds(needs, "possible") == expected
    assert not kinds(needs, "likely") | kinds(needs, "certain")


def test_what_go_told_is_not_told_again_by_c_symbols() -> None:
    undefined = (SymbolNeed("getpwuid_r"), SymbolNeed("mkstemp"))
    program = cgo_facts(markers=("os/user.Current",), elf=dynamic_elf(undefined=undefined))
    needs = needs_of(program)
    assert [n.confidence for n in needs if n.kind == "users"] == ["likely"]
    assert [n.confidence for n in needs if n.kind == "tmp"] == ["possible"]


def test_a_linked_libgcc_is_no_hidden_need() -> None:
    symbols = (SymbolNeed("pthread_exit"),)
    linked = dynamic_elf(needed=("libc.so.6", "libgcc_s.so.1"), undefined=symbols)
    assert not [n for n in needs_of(c_facts(linked)) if n.kind == "library" and n.when == "run"]


@pytest.mark.parametrize(
    ("priority", "confidence"),
    [("required", "likely"), ("recommended", "possible"), ("suggested", "possible")],
)
def test_a_dlopen_note_weighs_as_its_priority(priority: str, confidence: str) -> None:
    note = DlopenNote(("libb.so.2", "libb.so.1"), "b", "", priority)
    needs = needs_of(c_facts(elf(notes=Notes(dlopen=(note,)))))
    need = find(needs, "library")
    assert (need.value, need.when) == ("libb.so.2 or libb.so.1", "run")
    assert need.confidence == confidence


def test_mach_o_and_pe_need_their_platform_alone() -> None:
    program = facts(go_facts=go(deps=(Module("x"),)), format="macho", platform="darwin/arm64")
    program = type(program)(
        program.path, program.size, "macho", "darwin/arm64", program.libc, None, program.go
    )
    assert [(n.kind, n.value) for n in needs_of(program)] == [("platform", "darwin/arm64")]
