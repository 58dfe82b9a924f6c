"""/etc/ld.so.cache as ldconfig writes it, and whatever else may lie there."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkcheck.images.ldcache import read_ld_cache


def _cache(count: int, entries: bytes, strings: bytes) -> bytes:
    head = b"glibc-ld.so.cache1.1" + struct.pack("<II", count, len(strings)) + b"\2" + bytes(19)
    return head + entries + strings


def test_the_cache_of_this_machine_reads_as_ldconfig_prints_it() -> None:
    tool = shutil.which("ldconfig", path="/sbin:/usr/sbin")
    if tool is None or not Path("/etc/ld.so.cache").exists():
        pytest.skip("no ldconfig or no cache on this machine")
    printed = subprocess.run([tool, "-p"], capture_output=True, text=True, check=True).stdout
    said = re.findall(r"^\t(\S+) \(.*\) => (\S+)$", printed, re.MULTILINE)
    entries = read_ld_cache(Path("/etc/ld.so.cache").read_bytes())
    assert entries is not None
    assert [(e.soname, e.path) for e in entries] == said


def test_an_entry_has_its_name_path_and_flags() -> None:
    at = 48 + 24
    entry = struct.pack("<iIIIQ", 0x0303, at, at + 8, 0, 0)
    entries = read_ld_cache(_cache(1, entry, b"libx.so\0/opt/libx.so\0"))
    assert entries is not None
    assert [(e.soname, e.path, e.flags, e.hwcap) for e in entries] == [
        ("libx.so", "/opt/libx.so", 0x0303, None)
    ]


@pytest.mark.parametrize("data", [b"", b"ld.so-1.7.0\0", b"glibc-ld.so.cache1.1", b"x" * 100])
def test_what_is_no_cache_is_ignored_as_the_loader_does(data: bytes) -> None:
    assert read_ld_cache(data) is None


def test_a_cache_that_counts_more_entries_than_it_has_is_ignored_as_the_loader_does() -> None:
    assert read_ld_cache(_cache(1000, bytes(24), b"")) is None


@given(st.binary(max_size=200), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_any_bytes_give_entries_or_nothing(tail: bytes, count: int, extension: int) -> None:
    head = b"glibc-ld.so.cache1.1" + struct.pack("<II", count, 0) + b"\2\0\0\0"
    entries = read_ld_cache(head + struct.pack("<I", extension) + bytes(12) + tail)
    assert entries is None or len(entries) <= len(tail)
