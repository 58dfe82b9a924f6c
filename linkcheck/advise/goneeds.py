"""What a Go program wants while it runs, read from the functions that are linked into it.

Go's linker drops unreachable functions, so a linked name is code that can be reached.
`binary.go.markers` says which names are telling; here they meet the rest of the facts.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.binary.go.markers import Shown, needs_shown
from linkcheck.model.facts import BinaryFacts, GoFacts
from linkcheck.model.needs import Confidence, Need, NeedKind
from linkcheck.rules.remedies import build_tags, is_static

_VALUES: dict[NeedKind, str] = {
    "ca-certificates": "CA bundle",
    "tzdata": "zoneinfo",
    "users": "/etc/passwd",
    "tmp": "/tmp",
    "program": "what os/exec starts",
    "plugin": "Go plugins",
    "nss": "NSS modules",
}
_UNTOLD_KINDS: tuple[NeedKind, ...] = ("ca-certificates", "tzdata", "users", "tmp")

_USERS_BY_NAME = frozenset({"os/user.Lookup", "os/user.LookupGroup"})


def go_run_needs(facts: BinaryFacts) -> Iterator[Need]:
    """What Go's function names and build info show; nothing for programs not in Go."""
    go = facts.go
    if go is None:
        return
    if not go.functions_read:
        yield from _untold_needs()
    for shown in needs_shown(go.markers):
        if shown.kind == "nss":
            yield from _name_service(facts, go, shown)
            continue
        if shown.kind == "tzdata" and "timetzdata" in build_tags(go):
            continue
        weakened = shown.kind == "users" and _comes_with_tar(go.markers)
        confidence = "possible" if weakened else shown.confidence
        yield Need(shown.kind, _VALUES[shown.kind], "run", confidence, shown.evidence)


def _untold_needs() -> Iterator[Need]:
    evidence = ("the function names can't be read, so nothing rules this out",)
    for kind in _UNTOLD_KINDS:
        yield Need(kind, _VALUES[kind], "run", "possible", evidence)


def _comes_with_tar(markers: frozenset[str]) -> bool:
    """Whether archive/tar explains the lookups of users, whose errors it ignores (stat_unix.go).

    It links LookupId, and that in turn Current, in each program that imports it [Go 1.21 to 1.27].
    """
    return "os/user.LookupId" in markers and not markers & _USERS_BY_NAME


def _name_service(facts: BinaryFacts, go: GoFacts, shown: Shown) -> Iterator[Need]:
    """glibc's getaddrinfo and getpwnam read NSS modules; musl has none (src/network, src/passwd).

    Go turns to getaddrinfo only where its own resolver can't do what the configuration asks
    (net/conf.go), which is only possible, or where the tag netcgo says so.
    """
    if facts.libc.family != "glibc":
        return
    evidence = shown.evidence
    confidence: Confidence = "possible"
    if go.resolver == "cgo" and "netcgo" in build_tags(go):
        confidence = "likely"
        evidence += ("go version -m: -tags has netcgo",)
    value = _VALUES["nss"] + (" of the linked-in glibc" if is_static(facts) else "")
    yield Need("nss", value, "run", confidence, evidence)
