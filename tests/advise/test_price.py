"""What is lost where a program is built in another way."""

from __future__ import annotations

from linkcheck.advise.price import is_another_program, price_of
from linkcheck.model.facts import BinaryFacts, GoFacts
from linkcheck.model.report import Subject
from linkcheck.model.verdicts import Finding, Level
from tests.advise.factories import NET, SQLITE, USER, dynamic_elf, facts, go


def subject(found: BinaryFacts, *findings: tuple[str, Level]) -> Subject:
    told = tuple(Finding(rule, level, f"words of {rule}") for rule, level in findings)
    return Subject(found, (), told, (), None)


def with_c(*packages: object) -> GoFacts:
    return go(cgo_packages=packages, settings=(("CGO_ENABLED", "1"),))


FIRST = subject(facts(dynamic_elf(), with_c(NET, USER, SQLITE)), ("LC402", "warning"))


def test_the_program_itself_costs_nothing() -> None:
    assert price_of(FIRST, FIRST, "") == ()


def test_lookups_that_libc_made_and_c_code_that_is_left_out_are_told() -> None:
    price = price_of(FIRST, subject(facts(None, go())), "")
    assert price[0].startswith("names and users are looked up by Go itself")
    assert price[1].startswith("without the C code of github.com/mattn/go-sqlite3 v1.14.22")
    assert len(price) == 2


def test_musl_looks_names_up_without_nss_though_libc_is_still_asked() -> None:
    price = price_of(FIRST, subject(facts(None, with_c(NET, USER, SQLITE))), "musl")
    assert price[0].startswith("names and users are looked up by musl")
    assert price[1].startswith("musl's malloc")
    assert len(price) == 2


def test_only_what_is_newly_found_about_the_build_itself_is_a_price() -> None:
    other = subject(
        facts(dynamic_elf(), with_c(NET, USER, SQLITE)),
        ("LC402", "warning"),
        ("LC104", "warning"),
        ("LC302", "warning"),
    )
    assert price_of(FIRST, other, "") == ("words of LC104 (LC104)",)


def test_a_stub_is_not_the_same_program_any_more() -> None:
    assert is_another_program(subject(facts(), ("LC404", "warning"))) == "words of LC404"
    assert is_another_program(FIRST) == ""


def test_a_program_that_is_not_go_has_no_known_price() -> None:
    assert price_of(subject(facts(dynamic_elf(), None)), subject(facts()), "") == ()
