"""Needs minus provides."""

from __future__ import annotations

import pytest

from linkcheck.advise import judge, needs_of
from linkcheck.advise.verdict import bare_reason
from linkcheck.model.facts import BinaryFacts, DlopenNote, LibcFacts, Notes
from linkcheck.model.provides import UNKNOWN, BaseImage
from linkcheck.model.verdicts import LoadResult, Refusal, Verdict
from tests.advise.factories import (
    NET,
    NO_LOADER,
    TOO_OLD,
    USER,
    base,
    c_facts,
    cgo_facts,
    debian,
    elf,
    facts,
    go,
)


def verdict(program: BinaryFacts, image: BaseImage, load: LoadResult | None = None) -> Verdict:
    return judge(program, needs_of(program), image, load or LoadResult())


def test_a_static_program_runs_on_scratch() -> None:
    found = verdict(facts(), base())
    assert (found.answer, found.unmet) == ("runs", ())
    assert found.reason == "scratch: the program needs nothing from the image"


def test_a_refusal_fails_with_its_words_its_text_and_a_fix() -> None:
    found = verdict(cgo_facts(NET), base("alpine:3.23", libc="musl"), NO_LOADER)
    assert found.answer == "fails"
    assert found.reason == "alpine:3.23: loader /lib64/ld-linux-x86-64.so.2 is not in the image"
    assert found.error_text == "exec /app: no such file or directory"
    assert found.fix == (
        "build with CGO_ENABLED=0 (net is the only user of C) or use a base with glibc >= 2.34"
    )


def test_the_ref_stands_in_front_once_whatever_the_loader_model_wrote() -> None:
    image = debian()
    for name in (image.ref, image.title):
        load = LoadResult(refusals=(Refusal("library", "libx.so.1", f"{name}: libx is missing"),))
        found = verdict(cgo_facts(NET), image, load)
        assert found.reason == "debian:13-slim: libx is missing"
        assert bare_reason(found) == "libx is missing"


def test_all_refused_needs_are_unmet_then_the_run_time_ones() -> None:
    load = LoadResult(
        refusals=(*NO_LOADER.refusals, Refusal("symbol", "__res_search", "not there"))
    )
    program = cgo_facts(NET, markers=("net/http.(*Client).do",))
    found = verdict(program, base(), load)
    assert [need.kind for need in found.unmet] == ["loader", "symbol", "ca-certificates"]
    assert found.unmet[0].evidence[0].startswith("readelf -l:")


def test_an_old_glibc_is_mended_by_building_on_that_glibc() -> None:
    found = verdict(cgo_facts(NET), debian("11", "2.31"), TOO_OLD)
    assert found.fix == (
        "build on glibc <= 2.31 or with `zig cc -target x86_64-linux-gnu.2.31`, "
        "or use a base with glibc >= 2.34"
    )


def test_a_doubt_of_the_loader_model_is_unknown_and_never_a_guess() -> None:
    load = LoadResult(doubts=(Refusal("symbol", "f", "what libc.so.6 defines is not known"),))
    found = verdict(cgo_facts(NET), debian(), load)
    assert (found.answer, found.unmet) == ("unknown", ())
    assert found.reason == "debian:13-slim: what libc.so.6 defines is not known"


def test_a_refusal_outweighs_a_doubt() -> None:
    load = NO_LOADER._replace(doubts=(Refusal("symbol", "f", "not known"),))
    assert verdict(cgo_facts(NET), base(), load).answer == "fails"


def test_a_packed_program_is_unknown() -> None:
    found = verdict(facts(packer="UPX"), base())
    assert found.answer == "unknown"
    assert "UPX" in found.reason


def test_a_program_of_another_system_fails_with_the_build_that_would_do() -> None:
    program = facts(platform="darwin/arm64")._replace(format="macho", elf=None)
    reason = "darwin/arm64: no Linux image runs it"
    load = LoadResult(refusals=(Refusal("platform", "darwin/arm64", reason),))
    found = verdict(program, base(), load)
    assert (found.answer, found.error_text) == ("fails", None)
    assert found.reason == f"{reason}; build with GOOS=linux"


def test_the_error_text_is_all_that_the_loader_prints() -> None:
    refusals = (
        Refusal("symbol", "a", "no a", "Error relocating /app: a: symbol not found"),
        Refusal("symbol", "b", "no b", "Error relocating /app: b: symbol not found"),
    )
    printed = "\n".join(str(refusal.error_text) for refusal in refusals)
    found = verdict(cgo_facts(), base(), LoadResult(refusals, error_text=printed))
    assert found.error_text == printed


@pytest.mark.parametrize(
    ("sources", "libc", "answer"),
    [
        ("compat", "none", "degraded"),
        ("compat", "glibc", "runs"),
        ("sss files", "none", "runs"),
        (None, "none", "runs"),
        (UNKNOWN, "none", "unknown"),
    ],
)
def test_users_of_a_static_glibc_program_need_a_source_that_is_built_in_or_its_module(
    sources: object, libc: str, answer: str
) -> None:
    program = facts(
        go_facts=go("os/user.Current", "os/user.Lookup")._replace(cgo_packages=(USER,)),
        libc=LibcFacts("glibc"),
    )
    image = base(users=("root",), nsswitch_passwd=sources, libc=libc)
    assert verdict(program, image).answer == answer


def test_a_symbol_that_only_a_later_call_misses_degrades() -> None:
    text = "/app: symbol lookup error: /app: undefined symbol: f, version V1"
    late = Refusal("symbol", "f@V1", "scratch: no library there defines f@V1", text)
    found = verdict(cgo_facts(), base(), LoadResult(late=(late,)))
    assert (found.answer, found.error_text) == ("degraded", text)
    assert [(need.kind, need.value) for need in found.unmet] == [("symbol", "f@V1")]


@pytest.mark.parametrize(
    ("marker", "text"),
    [
        (
            "net/http.(*Client).do",
            "tls: failed to verify certificate: x509: certificate signed by unknown authority",
        ),
        ("time.LoadLocation", "unknown time zone Europe/Berlin"),
        ("os.CreateTemp", "open /tmp/x: no such file or directory"),
        ("os.MkdirTemp", "stat /tmp: no such file or directory"),
        ("os/user.Current", "user: Current requires cgo or $USER set in environment"),
        ("os/user.Lookup", "open /etc/passwd: no such file or directory"),
    ],
)
def test_a_missing_likely_need_degrades_in_the_words_that_the_user_will_see(
    marker: str, text: str
) -> None:
    found = verdict(facts(go_facts=go(marker)), base())
    assert (found.answer, found.error_text) == ("degraded", text)
    assert found.fix
    assert found.reason.startswith("scratch: it starts, but there ")


def test_an_old_go_says_less_about_certificates() -> None:
    program = facts(go_facts=go("net/http.(*Client).do", version="go1.19.4"))
    assert verdict(program, base()).error_text == "x509: certificate signed by unknown authority"


def test_users_through_libc_fail_in_other_words() -> None:
    program = facts(go_facts=go("os/user.Current", cgo_packages=(USER,)))
    assert verdict(program, base()).error_text == "user: unknown userid 0"


def test_a_base_that_has_it_runs_and_says_what_it_has() -> None:
    program = facts(go_facts=go("net/http.(*Client).do", "time.LoadLocation"))
    image = base("static", ca_bundle="/etc/ssl/certs/ca-certificates.crt", tzdata="/zones")
    found = verdict(program, image)
    assert (found.answer, found.reason) == ("runs", "static: it has CA certificates and time zones")


def test_a_possible_need_is_told_and_changes_no_answer() -> None:
    program = facts(go_facts=go(functions_read=False))
    found = verdict(program, base())
    assert found.answer == "runs"
    assert "perhaps used, and not there: CA certificates, time zones" in found.reason


def test_a_likely_need_of_which_nothing_is_known_is_unknown_and_says_that_it_starts() -> None:
    found = verdict(facts(go_facts=go("time.LoadLocation")), base(tzdata=UNKNOWN))
    assert found.answer == "unknown"
    assert found.reason == "scratch: it starts, but whether the base has time zones is not known"


def test_what_is_known_to_lack_outweighs_what_is_not_known() -> None:
    program = facts(go_facts=go("time.LoadLocation", "os.CreateTemp"))
    found = verdict(program, base(tzdata=UNKNOWN))
    assert (found.answer, [n.kind for n in found.unmet]) == ("degraded", ["tmp"])


def test_the_cpu_is_told_and_left_to_the_host() -> None:
    found = verdict(facts(go_facts=go(settings=(("GOAMD64", "v3"),))), base())
    assert found.answer == "runs"
    assert found.reason.endswith("; only on CPUs of x86-64-v3 and up")


def test_forced_nss_is_met_by_glibc_and_by_nothing_else() -> None:
    linked = go("net._C2func_getaddrinfo", resolver="cgo", settings=(("-tags", "netcgo"),))
    program = facts(elf(), linked, libc=LibcFacts("glibc", "2.41"))
    assert verdict(program, base()).answer == "degraded"
    assert verdict(program, debian("13", "2.41")).answer == "runs"
    assert verdict(program, debian("12", "2.36")).answer == "unknown"


def test_a_required_library_is_looked_for_under_each_of_its_names() -> None:
    note = DlopenNote(("libb.so.2", "libb.so.1"), priority="required")
    program = c_facts(elf(notes=Notes(dlopen=(note,))), "none")
    needs, image = needs_of(program), debian()
    untold = judge(program, needs, image, LoadResult())
    second = judge(
        program, needs, image, LoadResult(), has_library=lambda name: name == "libb.so.1"
    )
    none = judge(program, needs, image, LoadResult(), has_library=lambda _: False)
    loaded = judge(program, needs, image, LoadResult(loaded=("/usr/lib/libb.so.1",)))
    assert [v.answer for v in (untold, second, none, loaded)] == [
        "unknown",
        "runs",
        "degraded",
        "runs",
    ]
