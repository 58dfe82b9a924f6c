"""Whatever a file says, `read_bytes` answers with facts or with linkcheck's own error."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkcheck.binary.elf.shared import read_shared_object
from linkcheck.binary.read import read_bytes
from linkcheck.errors import LinkcheckError
from linkcheck.model.facts import BinaryFacts
from tests.elfbuilder import samples
from tests.fuzz.damage import Program, damaged, program


def _programs() -> list[Program]:
    found = [program(name, data) for name, data in samples().items()]
    for name in ("true", "env"):
        path = shutil.which(name)
        if path:
            data = Path(path).read_bytes()
            if data[:4] == b"\x7fELF" and len(data) < 1 << 20:
                found.append(program(name, data))
    return found


_PROGRAMS = _programs()


def _holds(data: bytes) -> None:
    try:
        facts = read_bytes("damaged", data, len(data))
    except LinkcheckError as error:
        assert "\n" not in str(error)
        assert error.next_step
        assert not error.message.startswith("damaged: can't be read"), error.message
        return
    assert isinstance(facts, BinaryFacts)
    if facts.elf is not None:
        assert len(facts.elf.needed) <= 4096
        assert len(facts.elf.version_needs) <= 1 << 16
        assert len(facts.elf.undefined) <= 1 << 18


@pytest.mark.parametrize("original", _PROGRAMS, ids=lambda p: p.name)
@given(data=st.data())
def test_a_damaged_program_gives_facts_or_an_error_of_linkcheck(
    original: Program, data: st.DataObject
) -> None:
    _holds(data.draw(damaged(original)))


@pytest.mark.parametrize("original", _PROGRAMS, ids=lambda p: p.name)
@given(data=st.data())
def test_a_damaged_library_gives_an_object_or_an_error_of_linkcheck(
    original: Program, data: st.DataObject
) -> None:
    raw = data.draw(damaged(original))
    try:
        read_shared_object("/lib/damaged", raw, len(raw))
    except LinkcheckError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("original", _PROGRAMS, ids=lambda p: p.name)
def test_a_program_cut_at_any_early_byte_gives_facts_or_an_error(original: Program) -> None:
    ends = {*range(0, 256), *(p[0] + d for p in original.places for d in (0, 1, 7, 8, 16, 31))}
    for end in sorted(ends):
        _holds(original.data[:end])


@given(st.binary(max_size=300))
def test_any_bytes_behind_an_elf_magic_give_facts_or_an_error(tail: bytes) -> None:
    _holds(b"\x7fELF" + tail)


@pytest.mark.go
def test_a_damaged_go_program_gives_facts_or_an_error(
    build_fixture: Callable[..., Path],
) -> None:
    path = build_fixture("hello", ("-ldflags=-s -w",))
    original = program("hello", path.read_bytes())

    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        _holds(data.draw(damaged(original)))

    holds()


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc on this machine")
def test_a_damaged_library_of_many_symbols_holds(tmp_path: Path) -> None:
    source = "".join(f"int f{i}(void) {{ return {i}; }}\n" for i in range(300))
    path = tmp_path / "lib.so"
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-o", str(path), "-x", "c", "-"],
        input=source, text=True, check=True,
    )  # fmt: skip
    original = program("lib.so", path.read_bytes())

    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        raw = data.draw(damaged(original))
        try:
            found = read_shared_object("/lib/lib.so", raw, len(raw))
        except LinkcheckError:
            return
        assert found.exports.defines("f7", None) in (True, False)

    holds()
