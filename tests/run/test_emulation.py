"""What emulators say in the kernel's place, and which programs need one."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from linkcheck.errors import MissingToolError
from linkcheck.run.emulation import (
    find_emulator,
    is_native,
    is_native_image,
    judge_emulated,
    machine_of,
)
from linkcheck.run.launcher import launcher

LOADER = "/lib/ld-linux-aarch64.so.1"


@pytest.mark.parametrize(
    ("said", "exit_code", "kernel"),
    [
        (f"qemu-aarch64: Could not open '{LOADER}': No such file or directory", 255,
         "no such file or directory"),
        (f"qemu-aarch64-static: Could not open '{LOADER}': No such file or directory", 255,
         "no such file or directory"),
        (f".linkcheck-emulator: Could not open '{LOADER}': Permission denied", 255,
         "permission denied"),
        (f"/usr/bin/qemu-aarch64: {LOADER}: Invalid ELF image for this architecture", 255,
         "accessing a corrupted shared library"),
        ("qemu-aarch64: /app: Invalid ELF image for this architecture", 255, "exec format error"),
        ("rosetta error: failed to open elf at /lib64/ld-linux-x86-64.so.2\n", 133,
         "no such file or directory"),
    ],
)  # fmt: skip
def test_an_emulators_refusal_is_told_in_the_kernels_words(
    said: str, exit_code: int, kernel: str
) -> None:
    seen = judge_emulated("/app", said, exit_code, "qemu-aarch64")
    assert (seen.outcome, seen.refusal) == ("refused", f"exec /app: {kernel}")
    assert seen.emulator == "qemu-aarch64"


def test_what_a_program_prints_that_looks_like_it_is_the_programs() -> None:
    text = f"starting\nqemu-aarch64: Could not open '{LOADER}': No such file or directory\n"
    assert judge_emulated("/app", text, 255, "e").started
    assert judge_emulated("/app", text, 0, "e").started
    assert judge_emulated("/app", text.splitlines()[1], 0, "e").started
    assert judge_emulated("/app", text.splitlines()[1], None, "e").started


def test_the_emulators_word_of_a_signal_is_not_the_programs_output() -> None:
    word = "qemu: uncaught target signal 11 (Segmentation fault) - core dumped\n"
    assert judge_emulated("/app", word, 139, "e").outcome == "crashed"
    spoke = judge_emulated("/app", f"hello\n{word}", 139, "e")
    assert (spoke.outcome, spoke.output) == ("started", "hello\n")


@pytest.mark.parametrize(
    "said",
    [
        "qemu-aarch64: Unable to reserve 0x1000000 bytes of virtual address space\n",
        "**\nERROR:../../accel/tcg/cpu-exec.c:1021:cpu_exec_longjmp_cleanup: assertion failed\n",
        "Error while loading /app: Exec format error\n",
        "rosetta error: Unable to open /proc/self/exe: 13\n",
    ],
)
def test_an_emulator_that_fails_is_no_start_and_no_refusal(said: str) -> None:
    with pytest.raises(MissingToolError, match="the emulator failed: "):
        judge_emulated("/app", said, 134, "e")


def test_a_loaders_refusal_is_read_as_without_an_emulator() -> None:
    text = "/app: error while loading shared libraries: libz.so.1: cannot open shared object file"
    seen = judge_emulated("/app", text, 127, "e")
    assert (seen.outcome, seen.refusal) == ("refused", text)


def test_the_machine_is_read_from_the_header_of_an_elf_file_alone(tmp_path: Path) -> None:
    program = tmp_path / "app"
    for machine in ("x86_64", "aarch64"):
        code = launcher(machine)
        assert code is not None
        program.write_bytes(code)
        assert machine_of(program) == machine
    for other in (b"", b"\x7fELF", b"#!/bin/sh\n" + b" " * 20, b"\x7fELF\x09" + b"\0" * 20):
        program.write_bytes(other)
        assert machine_of(program) is None
    assert machine_of(tmp_path / "none") is None
    assert machine_of(tmp_path) is None


def test_a_64_bit_kernel_runs_its_32_bit_programs_too() -> None:
    assert is_native("x86_64", "x86_64")
    assert is_native("i386", "x86_64")
    assert is_native("arm", "aarch64")
    assert is_native(None, "x86_64")
    assert not is_native("aarch64", "x86_64")
    assert not is_native("x86_64", "aarch64")
    assert is_native_image("386", "x86_64")
    assert not is_native_image("arm64", "x86_64")


def test_only_a_static_emulator_will_do_and_the_one_called_static_first(tmp_path: Path) -> None:
    code = launcher("x86_64")
    assert code is not None
    dynamic = bytearray(code)
    struct.pack_into("<I", dynamic, 64, 3)  # its one segment is PT_INTERP
    assert find_emulator("aarch64", str(tmp_path)) is None
    plain, static = tmp_path / "qemu-aarch64", tmp_path / "qemu-aarch64-static"
    for path, content, found in (
        (plain, bytes(dynamic), None),
        (plain, b"#!/bin/sh\n", None),
        (plain, code, plain),
        (static, bytes(dynamic), plain),
        (static, code, static),
    ):
        path.write_bytes(content)
        path.chmod(0o755)
        assert find_emulator("aarch64", str(tmp_path)) == found
