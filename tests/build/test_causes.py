"""Each log is what a real `go build` (1.27) or linker printed."""

from __future__ import annotations

import pytest

from linkcheck.build.causes import NO_COMPILER, TAIL_LINES, explain_failure, tail


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        (
            "package example.com/x: build constraints exclude all Go files in /m\n",
            "package example.com/x: build constraints exclude all Go files in /m "
            "(it calls C, and cgo is off)",
        ),
        (
            "# example.com/x\n./main.go:9:2: undefined: missing\n",
            "./main.go:9:2: undefined: missing",
        ),
        (
            "# example.com/x\nmain.go:4:11: fatal error: sqlite3.h: No such file or directory\n"
            "    4 | // #include <sqlite3.h>\n      |           ^~~~~~~~~~~\n"
            "compilation terminated.\n",
            "main.go:4:11: fatal error: sqlite3.h: No such file or directory",
        ),
        (
            "go: go.mod requires go >= 1.99 (running go 1.27.3; GOTOOLCHAIN=local)\n",
            "the module asks for a newer Go "
            "(go: go.mod requires go >= 1.99 (running go 1.27.3; GOTOOLCHAIN=local))",
        ),
        (
            "# example.com/x\n/usr/bin/ld: final link failed: No space left on device\n",
            "the disk is full (/usr/bin/ld: final link failed: No space left on device)",
        ),
        (
            "# std\n/usr/local/go/pkg/tool/linux_amd64/compile: signal: killed\n",
            "out of memory (/usr/local/go/pkg/tool/linux_amd64/compile: signal: killed)",
        ),
        (
            "# example.com/x\n/usr/bin/ld: /usr/lib/x86_64-linux-gnu/libsqlite3.a(sqlite3.o): in "
            "function `logFunc':\n(.text+0x1f4c): undefined reference to `log'\n"
            "collect2: error: ld returned 1 exit status\n",
            "the linker misses a C function; if its library is known, name it: "
            "--env CGO_LDFLAGS=-l... ((.text+0x1f4c): undefined reference to `log')",
        ),
        ("something odd\nlast words\n", "last words"),
        ("", "go build ended with exit code 1"),
        ("# only/a/heading\n", "go build ended with exit code 1"),
    ],
)
def test_the_line_that_says_why_is_found_in_the_log(log: str, cause: str) -> None:
    found = explain_failure(log, 1, cgo=False)
    assert (found.status, found.cause) == ("failed", cause)


def test_a_missing_c_compiler_skips_the_recipe_rather_than_failing_the_program() -> None:
    log = (
        '# runtime/cgo\ncgo: C compiler "gcc" not found: exec: "gcc": '
        "executable file not found in $PATH\n"
    )
    found = explain_failure(log, 1, cgo=True)
    assert (found.status, found.cause) == ("skipped", NO_COMPILER)
    assert "runtime/cgo" in found.log_tail


def test_a_named_c_compiler_that_is_missing_is_called_by_its_name() -> None:
    log = 'cgo: C compiler "icc" not found: exec: "icc": executable file not found in $PATH'
    assert explain_failure(log, 1, cgo=True).cause == "no C compiler icc"


def test_only_the_end_of_a_long_log_is_kept() -> None:
    kept = tail("\n".join(f"line {number}" for number in range(1000)))
    assert len(kept.splitlines()) == TAIL_LINES
    assert kept.endswith("line 999")
    assert len(tail("x" * 1_000_000)) == 8000


def test_names_of_temporary_folders_are_left_out_so_that_two_runs_say_the_same() -> None:
    log = (
        "/usr/bin/ld: /tmp/go-link-2602605599/000004.o: in function `f':\n"
        "/tmp/go-build/cgo_unix_cgo.cgo2.c:60: warning: Using 'getaddrinfo'"
    )
    assert tail(log) == (
        "/usr/bin/ld: 000004.o: in function `f':\n"
        "cgo_unix_cgo.cgo2.c:60: warning: Using 'getaddrinfo'"
    )
