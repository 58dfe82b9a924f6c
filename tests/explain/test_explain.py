"""Error texts are recognised, whatever was pasted around them; others are honestly not known."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkcheck.explain import error_texts, explain_text
from linkcheck.rules.pages import ALL_RULES
from tests.cli.command import linkcheck

SEEN = {
    "exec /app: no such file or directory": "loader-missing",
    "standard_init_linux.go:228: exec user process caused: no such file or directory": (
        "loader-missing"
    ),
    'standard_init_linux.go:190: exec user process caused "no such file or directory"': (
        "loader-missing"
    ),
    "/bin/sh: ./app: not found": "loader-missing",
    "sh: 1: ./app: not found": "loader-missing",
    "bash: ./app: cannot execute: required file not found": "loader-missing",
    "rosetta error: failed to open elf at /lib64/ld-linux-x86-64.so.2": "emulated-loader",
    "qemu-x86_64: Could not open '/lib64/ld-linux-x86-64.so.2': No such file or directory": (
        "emulated-loader"
    ),
    "/app: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /app)": (
        "glibc-version"
    ),
    "version `GLIBCXX_3.4.30' not found": "glibc-version",
    "version `GLIBC_ABI_DT_RELR' not found (required by /app)": "glibc-version",
    'Get "https://x": x509: certificate signed by unknown authority': "certificates",
    "tls: failed to verify certificate: x509: certificate signed by unknown authority": (
        "certificates"
    ),
    "panic: unknown time zone Europe/Berlin": "time-zone",
    "exec /app: exec format error": "wrong-machine",
    "Using 'getaddrinfo' in statically linked applications requires at runtime the shared": (
        "static-glibc-names"
    ),
    "lookup db: Temporary failure in name resolution": "static-glibc-names",
    "fatal error: unexpected signal [signal SIGFPE] in net._C2func_getaddrinfo": (
        "static-glibc-names"
    ),
    "signal SIGSEGV: segmentation violation ... net._C2func_getaddrinfo": "static-glibc-names",
    "error while loading shared libraries: libX.so.1: cannot open shared object file": (
        "library-missing"
    ),
    "libgcc_s.so.1 must be installed for pthread_exit to work": "thread-exit",
    "Error relocating /app: __res_search: symbol not found": "musl-relocation",
    "Error loading shared library libX: No such file or directory (needed by /app)": (
        "musl-relocation"
    ),
    "open /tmp/x: no such file or directory": "temporary-folder",
    'exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown': "shell-missing",
    "unable to find user app: no matching entries in passwd file": "user-unknown",
    "container has runAsNonRoot and image has non-numeric user (app)": "run-as-non-root",
    "user: Current requires cgo or $USER set in environment": "user-lookup",
    "user: unknown user app": "user-lookup",
    "This program can only be run on AMD64 processors with v3 microarchitecture support": (
        "cpu-level"
    ),
    "CPU ISA level is lower than required": "cpu-level",
    "Fatal glibc error: CPU does not support x86-64-v2": "cpu-level",
    "Binary was compiled with 'CGO_ENABLED=0', go-sqlite3 requires cgo to work": "cgo-stub",
    "plugin: not implemented": "cgo-stub",
    "runtime/cgo: pthread_create failed: Operation not permitted": "thread-creation",
    "undefined reference to `__strdup'": "link-of-glibc-archive",
    'exec: "/app": permission denied: unknown': "permission",
    'exec: "app": executable file not found in $PATH: unknown': "not-in-path",
    "docker: Error response from daemon: No command specified.": "nothing-to-start",
}


@pytest.mark.parametrize(("text", "name"), SEEN.items())
def test_what_users_see_is_known(text: str, name: str) -> None:
    found = explain_text(text)
    assert found is not None
    assert (found.text.name, found.sure) == (name, True)


@pytest.mark.parametrize("text", SEEN)
def test_noise_around_a_text_changes_nothing(text: str) -> None:
    curly = text.replace("`", "\u2018").replace("'", "\u2019")
    noisy = f"2026-01-01T00:00:00Z app-1  |\n \x1b[31m{curly}\x1b[0m\n  exited with code 1\n"
    found = explain_text(noisy)
    assert found is not None
    assert found.text.name == SEEN[text]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("certifcate was signed by an unknwon authority (x509)", "certificates"),
        ("processors with v3 microarchitecture suport needed for this program", "cpu-level"),
        ("error loading shared libraries libsqlite3.so.0 cannot open shared objct file",
         "library-missing"),
    ],
)  # fmt: skip
def test_words_half_remembered_lead_to_the_nearest_text(text: str, name: str) -> None:
    found = explain_text(text)
    assert found is not None
    assert (found.text.name, found.sure) == (name, False)


@pytest.mark.parametrize(
    "text",
    [
        "panic: runtime error: invalid memory address or nil pointer dereference",
        "dial tcp 10.0.0.1:5432: connect: connection refused",
        "no space left on device",
        "Segmentation fault (core dumped)",
        "npm ERR! missing script: start",
        "hello",
        "",
        "context deadline exceeded while awaiting headers",
    ],
)
def test_other_texts_are_honestly_not_known(text: str) -> None:
    assert explain_text(text) is None


@settings(max_examples=200)
@given(st.text(max_size=400))
def test_any_text_has_an_answer_in_bounded_time(text: str) -> None:
    found = explain_text(text)
    assert found is None or found.text in error_texts()


@pytest.mark.parametrize("known", error_texts(), ids=lambda text: text.name)
def test_an_entry_is_complete_and_found_by_its_own_examples(known: object) -> None:
    text = next(one for one in error_texts() if one is known)
    assert text.title.endswith(".") and text.cause and text.see and text.fix
    assert set(text.rules) <= set(ALL_RULES)
    assert text.examples
    for example in text.examples:
        found = explain_text(example)
        assert found is not None
        assert found.text.name == text.name


def test_the_page_of_a_text_names_the_rules_that_foretell_it() -> None:
    done = linkcheck("explain", "exec /app: no such file or directory")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("The file is there: its loader is not.\n")
    assert "readelf -l ./app" in done.stdout
    assert re.search(r"^\* LC101: The image lacks", done.stdout, re.MULTILINE)


def test_an_unknown_text_exits_with_two_and_says_so() -> None:
    done = linkcheck("explain", "connection refused by peer")
    assert (done.returncode, done.stdout) == (2, "")
    assert "that error text is not known" in done.stderr


@pytest.mark.parametrize("rule", ["LC501", "lc601", "shell-form-without-shell", "LC101"])
def test_rules_of_all_kinds_have_a_page(rule: str) -> None:
    done = linkcheck("explain", rule)
    assert done.returncode == 0
    assert "## Fix" in done.stdout
