"""Files made to cost as much as they can: the work and the memory stay bounded.

Each is read in a process of its own under an address-space limit and a limit of CPU seconds that
an honest reader stays far below; a quadratic one would need minutes.
"""

from __future__ import annotations

import json
import resource
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.elfbuilder import BASE, Elf

ADDRESS_SPACE = 512 << 20
CPU_SECONDS = 25
PEAK = 170 << 20  # the interpreter with linkcheck is about 30 MiB of it, the mapped file another 30
_READ = """
import json, resource, sys
from linkcheck.binary import read_facts
from linkcheck.errors import LinkcheckError
try:
    facts = read_facts(sys.argv[1])
    said = f"{len(facts.elf.undefined)} symbols"
except LinkcheckError as error:
    said = str(error)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps([said, peak]))
"""


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def _read(path: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(path)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_limit,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said, peak = json.loads(done.stdout)
    assert peak < PEAK, f"{peak >> 20} MiB for: {said}"
    return str(said)


def _hostile(
    *, names: bytes, symbols: bytes = b"", relocations: bytes = b"", needed: int = 0,
    tables: dict[int, bytes] | None = None, values: dict[int, int] | None = None, loads: int = 1,
) -> bytes:  # fmt: skip
    """A program whose tables are given as bytes, behind `loads` segments that map all of it."""
    tags = [(1, at) for at in range(needed)]
    blobs = {5: names, 6: symbols, 7: relocations, **(tables or {})}
    at = 64 + 56 * (loads + 2) + 16 * (len(tags) + len(blobs) + len(values or {}) + 4)
    at += 64
    body = b""
    for tag, raw in blobs.items():
        tags.append((tag, BASE + at + len(body)))
        body += raw
    tags += [(10, len(names)), (8, len(relocations)), *(values or {}).items(), (0, 0)]
    dynamic = b"".join(struct.pack("<QQ", *tag) for tag in tags)
    interpreter = b"/lib/ld.so\0".ljust(64, b"\0")
    head = Elf()._file_header(loads + 2)
    start = 64 + 56 * (loads + 2)
    filler = at - start - len(dynamic) - 64
    size = at + len(body)
    header = struct.Struct("<IIQQQQQQ")
    # segments that map nothing stand before the one that maps all, so that every read passes them
    table = b"".join(header.pack(1, 5, 0, 1 << 40, 0, 16, 16, 16) for _ in range(loads - 1))
    table += header.pack(1, 5, 0, BASE, BASE, size, size, 16)
    table += header.pack(3, 4, start, BASE + start, 0, 11, 11, 1)
    table += header.pack(2, 6, start + 64, BASE + start + 64, 0, len(dynamic), len(dynamic), 8)
    return head + table + interpreter + dynamic + bytes(filler) + body


SYMBOL = struct.Struct("<IBBHQQ")


def _many(count: int, stride: int) -> tuple[bytes, bytes]:
    """`count` undefined symbols whose names start `stride` bytes apart, and their relocations."""
    symbols = b"".join(SYMBOL.pack(i * stride, 0x12, 0, 0, 0, 0) for i in range(count))
    relocations = b"".join(struct.pack("<QQq", 0, i << 32 | 6, 0) for i in range(count))
    return symbols, relocations


def test_symbols_that_share_one_endless_name_are_too_much(tmp_path: Path) -> None:
    symbols, relocations = _many(200_000, 1)
    path = tmp_path / "names"
    path.write_bytes(
        _hostile(names=b"a" * 250_000 + b"\0", symbols=symbols, relocations=relocations)
    )
    assert "names: the dynamic symbols have more than" in _read(path)


def test_names_that_never_end_are_no_names(tmp_path: Path) -> None:
    symbols, relocations = _many(100_000, 1)
    path = tmp_path / "endless"
    path.write_bytes(_hostile(names=b"a" * (8 << 20), symbols=symbols, relocations=relocations))
    assert _read(path) == "0 symbols"


def test_more_symbols_than_any_linker_writes_are_said_and_not_dropped(tmp_path: Path) -> None:
    symbols, relocations = _many(300_000, 1)
    path = tmp_path / "many"
    path.write_bytes(_hostile(names=b"a\0" * 150_000, symbols=symbols, relocations=relocations))
    assert "relocations name a symbol: the file is damaged" in _read(path)


def test_many_segments_do_not_multiply_many_symbols(tmp_path: Path) -> None:
    symbols, relocations = _many(200_000, 2)
    path = tmp_path / "segments"
    path.write_bytes(
        _hostile(names=b"a\0" * 200_000, symbols=symbols, relocations=relocations, loads=1100)
    )
    assert _read(path) == "199999 symbols"


def test_a_relocation_of_a_symbol_far_away_costs_no_memory(tmp_path: Path) -> None:
    far = struct.pack("<QQq", 0, 0xFFFFFFF0 << 32 | 6, 0)
    path = tmp_path / "far"
    path.write_bytes(_hostile(names=b"\0", symbols=bytes(24), relocations=far))
    assert "names dynamic symbol 4294967280" in _read(path)


def test_version_needs_and_symbols_do_not_multiply(tmp_path: Path) -> None:
    """60,000 needs of one version, and 200,000 symbols of it."""
    symbols, relocations = _many(200_000, 0)
    aux = b"".join(struct.pack("<IHHII", 0, 0, 2, 1, 16) for _ in range(60_000))
    needs = struct.pack("<HHIII", 1, 60_000, 1, 16, 0) + aux
    path = tmp_path / "versions"
    path.write_bytes(
        _hostile(
            names=b"\0GLIBC_2.34\0", symbols=symbols.replace(SYMBOL.pack(0, 0x12, 0, 0, 0, 0),
            SYMBOL.pack(1, 0x12, 0, 0, 0, 0)), relocations=relocations,
            tables={0x6FFFFFFE: needs, 0x6FFFFFF0: struct.pack("<H", 2) * 200_000},
            values={0x6FFFFFFF: 1},
        )
    )  # fmt: skip
    assert _read(path) == "199999 symbols"


@pytest.mark.parametrize("next_", [0, 1, 16, 0xFFFFFFFF])
def test_version_tables_that_point_at_themselves_end(tmp_path: Path, next_: int) -> None:
    needs = struct.pack("<HHIII", 1, 0xFFFF, 1, 0, next_) * 2000
    path = tmp_path / "loop"
    path.write_bytes(
        _hostile(
            names=b"\0libc.so.6\0", symbols=bytes(24), tables={0x6FFFFFFE: needs},
            values={0x6FFFFFFF: 0xFFFFFFFF},
        )
    )  # fmt: skip
    assert _read(path) == "0 symbols"


def test_a_hash_chain_without_an_end_ends(tmp_path: Path) -> None:
    chain = struct.pack("<4I", 1, 1, 0, 0) + struct.pack("<I", 1) + bytes(4 << 20)
    path = tmp_path / "chain"
    path.write_bytes(_hostile(names=b"\0", symbols=bytes(24), tables={0x6FFFFEF5: chain}))
    assert _read(path) == "0 symbols"


def test_a_huge_sparse_file_costs_its_headers_alone(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    path.write_bytes(_hostile(names=b"\0", symbols=bytes(24)))
    with path.open("r+b") as file:
        file.truncate(200 << 20)
    assert _read(path) == "0 symbols"
