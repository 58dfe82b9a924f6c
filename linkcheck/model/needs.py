"""What a program wants from the base it runs on."""

from __future__ import annotations

from typing import Literal, NamedTuple

NeedKind = Literal[
    "platform",
    "cpu",
    "loader",
    "library",
    "symbol-version",
    "symbol",
    "ca-certificates",
    "tzdata",
    "users",
    "tmp",
    "nss",
    "shell",
    "program",
    "plugin",
]
When = Literal["load", "run"]
Confidence = Literal["certain", "likely", "possible"]


class Need(NamedTuple):
    """One thing the base must have.

    `value` is the interpreter path, soname, "soname VERSION", symbol, CPU level, ...;
    `evidence` is what a reader can check with readelf, `go version -m` or `go tool nm`.
    A need of confidence "possible" is told and changes no verdict.
    """

    kind: NeedKind
    value: str
    when: When
    confidence: Confidence
    evidence: tuple[str, ...] = ()
