"""What the user would see when a run-time need is not there, in the program's own words."""

from __future__ import annotations

import re

from linkcheck.model.facts import BinaryFacts, GoFacts
from linkcheck.model.needs import Need

_VERIFY = "tls: failed to verify certificate: "


def symptom(facts: BinaryFacts, need: Need) -> str | None:
    """The error text that lacking `need` leads to, or None where it can't be predicted."""
    if facts.go is None:
        return None
    match need.kind:
        case "ca-certificates":
            # crypto/tls wraps the error since Go 1.20 (CertificateVerificationError)
            prefix = _VERIFY if _release(facts.go) >= (1, 20) else ""
            return prefix + "x509: certificate signed by unknown authority"
        case "tzdata":
            return "unknown time zone Europe/Berlin"
        case "tmp":
            # os.MkdirTemp stats the parent first, os.CreateTemp opens right away (os/tempfile.go)
            call = "open /tmp/x" if _shows(need, "os.CreateTemp") else "stat /tmp"
            return f"{call}: no such file or directory"
        case "users":
            return _unknown_user(facts.go, need)
        case _:
            return None


def _unknown_user(go: GoFacts, need: Need) -> str:
    """os/user: cgo_lookup_unix.go through libc, lookup_unix.go and lookup_stubs.go without."""
    by_libc = any(package.package == "os/user" for package in go.cgo_packages)
    by_name = _shows(need, "os/user.Lookup")
    if by_libc:
        return "user: unknown user NAME" if by_name else "user: unknown userid 0"
    if by_name:
        return "open /etc/passwd: no such file or directory"
    return "user: Current requires cgo or $USER set in environment"


def _shows(need: Need, function: str) -> bool:
    return any(function in line.split() for line in need.evidence)


def _release(go: GoFacts) -> tuple[int, int]:
    """(1, 27) of "go1.27.3"; a version that can't be read counts as the newest."""
    found = re.match(r"go(\d+)\.(\d+)", go.version or "")
    return (int(found[1]), int(found[2])) if found else (999, 0)
