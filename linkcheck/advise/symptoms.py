"""What the user would see when a run-time need is not there, in the program's own words."""

from __future__ import annotations

import re

from linkcheck.model.facts import BinaryFacts
from linkcheck.model.needs import Need

_UNKNOWN_AUTHORITY = "x509: certificate signed by unknown authority"


def symptom(facts: BinaryFacts, need: Need) -> str | None:
    """The error text that lacking `need` leads to, or None where it can't be predicted."""
    if facts.go is None:
        return None
    match need.kind:
        case "ca-certificates":
            # crypto/tls wraps the error since Go 1.20 (CertificateVerificationError)
            wrapped = _go_release(facts) >= (1, 20)
            return (
                f"tls: failed to verify certificate: {_UNKNOWN_AUTHORITY}"
                if wrapped
                else _UNKNOWN_AUTHORITY
            )
        case "tzdata":
            return "unknown time zone Europe/Berlin"
        case "tmp":
            # os.MkdirTemp stats the parent first, os.CreateTemp opens right away (os/tempfile.go)
            created = any(line.endswith("os.CreateTemp") for line in need.evidence)
            return (
                "open /tmp/x: no such file or directory"
                if created
                else "stat /tmp: no such file or directory"
            )
        case "users":
            return _unknown_user(facts, need)
        case _:
            return None


def _unknown_user(facts: BinaryFacts, need: Need) -> str:
    """os/user: cgo_lookup_unix.go through libc, lookup_unix.go and lookup_stubs.go without."""
    assert facts.go is not None
    by_libc = any(package.package == "os/user" for package in facts.go.cgo_packages)
    by_name = any(line.endswith("os/user.Lookup") for line in need.evidence)
    if by_libc:
        return "user: unknown user NAME" if by_name else "user: unknown userid 0"
    if by_name:
        return "open /etc/passwd: no such file or directory"
    return "user: Current requires cgo or $USER set in environment"


def _go_release(facts: BinaryFacts) -> tuple[int, int]:
    """(1, 27) of "go1.27.3"; a version that can't be read counts as the newest."""
    found = re.match(r"go(\d+)\.(\d+)", (facts.go.version if facts.go else None) or "")
    return (int(found[1]), int(found[2])) if found else (999, 0)
