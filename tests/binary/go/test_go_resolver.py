from __future__ import annotations

import pytest

from linkcheck.binary.go.resolver import resolver_of

LOOKS_UP = frozenset({"net.systemConf"})
CALLS_C = LOOKS_UP | {"net._C2func_getaddrinfo"}
LINUX = (("GOOS", "linux"),)


def test_a_program_that_looks_nothing_up_has_no_resolver() -> None:
    assert resolver_of(frozenset(), LINUX) == "none"


def test_getaddrinfo_beside_gos_resolver_is_the_cgo_resolver() -> None:
    assert resolver_of(LOOKS_UP, LINUX) == "go"
    assert resolver_of(CALLS_C, LINUX) == "cgo"


@pytest.mark.parametrize("godebug", ["netdns=go", "panicnil=1,netdns=go+2", "netdns=2+go"])
def test_a_default_godebug_for_gos_resolver_is_honoured(godebug: str) -> None:
    assert resolver_of(CALLS_C, (*LINUX, ("DefaultGODEBUG", godebug))) == "go"


def test_a_default_godebug_for_getaddrinfo_changes_nothing() -> None:
    assert resolver_of(CALLS_C, (*LINUX, ("DefaultGODEBUG", "netdns=cgo"))) == "cgo"


def test_on_windows_neither_word_fits() -> None:
    assert resolver_of(LOOKS_UP, (("GOOS", "windows"),)) == "unknown"


@pytest.mark.parametrize(
    ("settings", "answer"),
    [
        ((("CGO_ENABLED", "0"), ("GOOS", "linux")), "go"),
        ((("CGO_ENABLED", "0"), ("GOOS", "darwin")), "unknown"),
        ((("CGO_ENABLED", "1"), ("-tags", "osusergo,netgo")), "go"),
        ((("CGO_ENABLED", "1"), ("-tags", "netgoat")), "unknown"),
        ((), "unknown"),
    ],
)
def test_without_names_only_certain_settings_answer(
    settings: tuple[tuple[str, str], ...], answer: str
) -> None:
    assert resolver_of(None, settings) == answer
