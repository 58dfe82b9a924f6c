"""What exec itself refuses, before any loader runs."""

from __future__ import annotations

import pytest

from tests.elfbuilder import Elf
from tests.loader.worlds import GLIBC_LOADER, World

RUN = "int run(void) { return 3; }"


def test_a_missing_interpreter_is_no_such_file_or_directory(newest_glibc: World) -> None:
    newest_glibc.interpreter = "/lib/ld-musl-x86_64.so.1"
    newest_glibc.library("/lib/libf.so", "int f;")
    newest_glibc.program(RUN, needs=("/lib/libf.so",))
    result = newest_glibc.agrees()
    assert result.error_text == "exec /app: no such file or directory"
    assert "it has /lib64/ld-linux-x86-64.so.2" in result.refusals[0].reason


def test_an_interpreter_behind_absolute_links_is_found(newest_glibc: World) -> None:
    world = newest_glibc
    world.path(GLIBC_LOADER).rename(world.path("/store/ld.so"))
    world.link(GLIBC_LOADER, "/store/../../store/ld.so")
    world.library("/lib/libf.so", "int f;")
    world.program(RUN, needs=("/lib/libf.so",))
    assert not world.agrees().refusals


@pytest.mark.parametrize(
    "content",
    [b"#!/bin/sh\n" * 20, b"\x7fELF", Elf(machine=183).library("ld-linux-x86-64.so.2"),
     Elf(bits=32, machine=3).library("ld-linux-x86-64.so.2")],
    ids=["script", "short", "aarch64", "i386"],
)  # fmt: skip
def test_an_interpreter_that_is_none_is_refused(newest_glibc: World, content: bytes) -> None:
    world = newest_glibc
    world.interpreter = "/opt/ld.so"
    world.library("/lib/libf.so", "int f;")
    world.program(RUN, needs=("/lib/libf.so",))
    world.path("/opt/ld.so").write_bytes(content)
    world.path("/opt/ld.so").chmod(0o755)
    assert [r.kind for r in world.agrees().refusals] == ["loader"]


def test_an_interpreter_without_its_execute_bit_is_refused(newest_glibc: World) -> None:
    world = newest_glibc
    world.library("/lib/libf.so", "int f;")
    world.path("/lib/libf.so").chmod(0o644)  # which a library needs not have
    world.program(RUN, needs=("/lib/libf.so",))
    assert not world.agrees().refusals
    world.path(GLIBC_LOADER).chmod(0o644)
    result = world.agrees()
    assert result.error_text == "exec /app: permission denied"
    assert "no execute permission" in result.refusals[0].reason


def test_a_folder_is_no_interpreter(newest_glibc: World) -> None:
    world = newest_glibc
    world.library("/lib/libf.so", "int f;")
    world.program(RUN, needs=("/lib/libf.so",))
    world.path(GLIBC_LOADER).unlink()
    world.path(GLIBC_LOADER).mkdir()
    assert world.agrees().error_text == "exec /app: permission denied"


def test_a_loop_of_links_is_no_interpreter(newest_glibc: World) -> None:
    world = newest_glibc
    world.library("/lib/libf.so", "int f;")
    world.program(RUN, needs=("/lib/libf.so",))
    world.path(GLIBC_LOADER).unlink()
    world.link(GLIBC_LOADER, "ld-linux-x86-64.so.2")
    assert world.agrees().refusals


def test_a_static_program_needs_nothing_of_its_root(newest_glibc: World) -> None:
    newest_glibc.program(RUN, "-static")
    assert newest_glibc.agrees().trace == ("/app: static, the kernel starts it with no loader",)
    newest_glibc.program(RUN, "-static-pie", "-fPIE")
    assert not newest_glibc.agrees().refusals


def test_damaged_program_headers_are_an_exec_format_error(newest_glibc: World) -> None:
    world = newest_glibc
    world.program(RUN, "-static")
    data = bytearray(world.path("/app").read_bytes())
    data[54] = 55  # e_phentsize
    world.path("/app").write_bytes(data)
    assert world.agrees().error_text == "exec /app: exec format error"


def test_an_interpreter_path_without_an_end_is_an_exec_format_error(newest_glibc: World) -> None:
    world = newest_glibc
    world.library("/lib/libf.so", "int f;")
    world.program(RUN, needs=("/lib/libf.so",))
    data = world.path("/app").read_bytes()
    path = GLIBC_LOADER.encode() + b"\0"
    assert data.count(path) == 1
    world.path("/app").write_bytes(data.replace(path, path[:-1] + b"x"))
    assert world.agrees().error_text == "exec /app: exec format error"


def test_a_program_for_another_machine_is_an_exec_format_error(newest_glibc: World) -> None:
    world = newest_glibc
    program = Elf(elf_type=2, machine=22, byte_order="big").program(dynamic=False)
    world.path("/app").write_bytes(program)
    world.path("/app").chmod(0o755)
    assert world.agrees().error_text == "exec /app: exec format error"
