"""What a program built in another way costs against the one that there is."""

from __future__ import annotations

from typing import Final

from linkcheck.model.facts import GoFacts
from linkcheck.model.report import Subject
from linkcheck.rules.remedies import callers_named, foreign_c, optional_c

_STUB = "LC404"
# rules whose finding is about the build itself, whatever the base
ABOUT_THE_BUILD: Final = frozenset({"LC104", "LC105", "LC403"})


def is_another_program(subject: Subject) -> str:
    """Why that build, though it starts, is not the same program any more; "" where it is."""
    return next((f.message for f in subject.findings if f.rule == _STUB), "")


def price_of(first: Subject, other: Subject, libc: str) -> tuple[str, ...]:
    """What `other`, built with `libc` ("musl", or "" for the usual one), lacks against `first`."""
    if other is first:
        return ()
    price = _lookups(first.facts.go, other.facts.go, libc)
    price += _lost_c(first.facts.go, other.facts.go)
    if libc == "musl":
        price.append("musl's malloc is slower under many threads; threads have small stacks")
    known = {finding.rule for finding in first.findings}
    price += [
        f"{finding.message} ({finding.rule})"
        for finding in other.findings
        if finding.rule in ABOUT_THE_BUILD and finding.rule not in known
    ]
    return tuple(price)


def _lookups(first: GoFacts | None, other: GoFacts | None, libc: str) -> list[str]:
    """Names and users that only glibc's NSS modules know."""
    if first is None or other is None:
        return []
    before = {package.package for package in optional_c(first)}
    after = {package.package for package in optional_c(other)}
    by = "musl" if libc == "musl" else "Go itself"
    gone = before if libc == "musl" else before - after
    what = {"net": "names", "os/user": "users"}
    lost = " and ".join(text for package, text in what.items() if package in gone)
    return [f"{lost} are looked up by {by}: nothing from LDAP, mDNS or other NSS"] if lost else []


def _lost_c(first: GoFacts | None, other: GoFacts | None) -> list[str]:
    """C code that is left out: its package has another form without it, or does less."""
    if first is None or other is None:
        return []
    kept = {package.package for package in foreign_c(other)}
    lost = tuple(package for package in foreign_c(first) if package.package not in kept)
    if not lost:
        return []
    return [f"without the C code of {callers_named(first, lost)}: run its tests on this build"]
