"""Whose words an output is: the kernel's, a loader's, a runtime's, or the program's own."""

from __future__ import annotations

import pytest

from linkcheck.run.observation import judge_output, refused_by_kernel
from linkcheck.run.runtime import runtime_refusal

GLIBC = "/app: /lib/libc.so.6: version `GLIBC_2.34' not found (required by /app)"


@pytest.mark.parametrize(
    "words",
    [
        GLIBC,
        "/app: error while loading shared libraries: libx.so.1: cannot open shared object file: "
        "No such file or directory",
        "/app: symbol lookup error: /app: undefined symbol: f, version V",
        "/app: relocation error: /app: symbol f version V not defined in file libx.so",
        "Error loading shared library libx.so: No such file or directory (needed by /app)",
        "Error relocating /app: __res_search: symbol not found",
        "/app: CPU ISA level is lower than required",
    ],
)
def test_the_words_of_a_loader_that_gave_up_are_a_refusal(words: str) -> None:
    seen = judge_output("/app", f"{words}\n", 127)
    assert (seen.outcome, seen.refusal, seen.started) == ("refused", words, False)


def test_all_lines_of_a_loader_make_the_refusal_and_nothing_else_does() -> None:
    second = GLIBC.replace("2.34", "2.36")
    seen = judge_output("/app", f"noise\n{GLIBC}\n{second}\n", 1)
    assert seen.refusal == f"{GLIBC}\n{second}"


@pytest.mark.parametrize("exit_code", [0, None])
def test_a_program_that_prints_a_loaders_words_and_goes_on_has_started(
    exit_code: int | None,
) -> None:
    assert judge_output("/app", f"{GLIBC}\n", exit_code).started


def test_a_weak_version_is_only_a_warning() -> None:
    weak = "/app: /lib/libc.so.6: weak version `GLIBC_2.99' not found (required by /app)"
    assert judge_output("/app", f"{weak}\nhello\n", 3).started


def test_warnings_belong_to_a_refusal_that_follows_them() -> None:
    warning = "/app: /lib/libf.so: no version information available (required by /app)"
    found = judge_output("/app", f"{warning}\n{GLIBC}\nbye\n", 1)
    assert (found.outcome, found.refusal) == ("refused", f"{warning}\n{GLIBC}")
    assert judge_output("/app", f"{warning}\nbye\n", 1).outcome == "started"


def test_an_assertion_of_the_loader_is_a_refusal() -> None:
    words = "Inconsistency detected by ld.so: dl-version.c: 205: _dl_check_map_versions: Assertion"
    assert judge_output("/app", f"{words} `needed != NULL' failed!\n", 127).outcome == "refused"


def test_the_loaders_words_about_another_program_are_none_of_ours() -> None:
    other = "/bin/other: error while loading shared libraries: libx.so.1: cannot open it"
    assert judge_output("/app", f"started /bin/other\n{other}\n", 1).started


def test_a_programs_own_failure_is_a_start() -> None:
    seen = judge_output("/app", "tls: failed to verify certificate\n", 1)
    assert (seen.outcome, seen.exit_code, seen.refusal) == ("started", 1, "")


@pytest.mark.parametrize("exit_code", [139, -11])
def test_a_silent_death_by_a_fatal_signal_is_a_crash_and_a_loud_one_a_start(exit_code: int) -> None:
    silent = judge_output("/app", "\n", exit_code)
    assert (silent.outcome, silent.signal, silent.started) == ("crashed", 11, False)
    assert judge_output("/app", "working\n", exit_code).started


def test_to_be_killed_or_terminated_is_no_crash() -> None:
    assert judge_output("/app", "", 137).started
    assert judge_output("/app", "", 143).started


def test_the_kernels_errno_in_a_sandboxs_words_is_told_in_the_runtimes() -> None:
    seen = judge_output("/app", "bwrap: execvp /app: Exec format error\n", 1)
    assert seen.refusal == "exec /app: exec format error"


@pytest.mark.parametrize(
    ("why", "exit_code"),
    [
        ("No such file or directory", 127),
        ("Exec format error", 126),
        ("permission denied", 126),
    ],
)
def test_a_refused_execve_has_the_text_and_exit_code_of_docker_run(
    why: str, exit_code: int
) -> None:
    seen = refused_by_kernel("/app", why)
    assert seen.output == seen.refusal == f"exec /app: {why.lower()}"
    assert (seen.outcome, seen.exit_code) == ("refused", exit_code)


@pytest.mark.parametrize(
    ("said", "exit_code", "why"),
    [
        ("exec /app: no such file or directory\n", 1, "no such file or directory"),
        ("exec /app: exec format error", 255, "exec format error"),
        (
            "failed to create shim task: OCI runtime create failed: runc create failed: unable to "
            'start container process: exec: "/app": permission denied: unknown',
            126,
            "permission denied",
        ),
        (
            "OCI runtime create failed: container_linux.go:380: starting container process caused: "
            'exec: "/app": stat /app: no such file or directory: unknown',
            127,
            "no such file or directory",
        ),
        (
            "standard_init_linux.go:228: exec user process caused: no such file or directory",
            1,
            "no such file or directory",
        ),
        (
            'standard_init_linux.go:211: exec user process caused "exec format error"',
            1,
            "exec format error",
        ),
        (
            "crun: exec container process `/app`: Exec format error: OCI runtime error",
            126,
            "exec format error",
        ),
        (
            "crun: open executable: Permission denied: OCI permission denied",
            126,
            "permission denied",
        ),
    ],
)
def test_what_each_runtime_says_comes_out_as_one_text(said: str, exit_code: int, why: str) -> None:
    seen = runtime_refusal("/app", said, exit_code)
    assert seen is not None
    assert seen.refusal == f"exec /app: {why}"


@pytest.mark.parametrize(
    ("said", "exit_code"),
    [
        ("exec /app: no such file or directory\n", 0),
        ("exec /app: no such file or directory\n", None),
        ("exec /app: no such file or directory\n", 3),
        ("exec /bin/tool: no such file or directory\n", 1),
        ("fork/exec /app: no such file or directory\n", 1),
        ("hello\nexec /app: no such file or directory\n", 1),
        ("", 1),
    ],
)
def test_a_program_that_only_sounds_like_a_runtime_was_not_refused(
    said: str, exit_code: int | None
) -> None:
    assert runtime_refusal("/app", said, exit_code) is None
