"""The programs of a real root start in that very root, so the models must find nothing amiss."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.binary import read_facts
from linkcheck.errors import LinkcheckError
from linkcheck.images.root import DirRoot, Entry
from linkcheck.images.root_view import RootView
from linkcheck.loader import load

pytestmark = pytest.mark.testbed
PROGRAMS = 60


@pytest.mark.parametrize("name", ["debian-11", "debian-13", "debian-sid", "alpine-3.23"])
def test_the_own_programs_of_a_root_load_in_it_without_a_doubt(
    root: Callable[[str], Path], name: str
) -> None:
    folder = root(name)
    inside = DirRoot(folder)
    view = RootView(inside)
    seen: set[str] = set()
    for file in [f"{d}/{n}" for d in ("/usr/bin", "/bin", "/usr/sbin") for n in inside.names(d)]:
        entry = inside.entry(file)
        if not isinstance(entry, Entry) or entry.kind != "file" or entry.path in seen:
            continue
        try:
            facts = read_facts(f"{folder}{entry.path}")
        except LinkcheckError:
            continue  # scripts
        result = load(facts, view)
        assert (result.refusals, result.doubts, result.late) == ((), (), ()), entry.path
        seen.add(entry.path)
        if len(seen) == PROGRAMS:
            break
    assert seen


@pytest.mark.parametrize("base", ["scratch", "distroless-static-debian12", "alpine-3.23"])
def test_a_program_of_debian_finds_no_loader_in_a_root_without_glibc(
    root: Callable[[str], Path], base: str
) -> None:
    facts = read_facts(root("debian-12") / "usr" / "bin" / "env")
    result = load(facts, RootView(DirRoot(root(base))))
    assert result.error_text == "exec /app: no such file or directory"
    assert [(r.kind, r.value) for r in result.refusals] == [
        ("loader", "/lib64/ld-linux-x86-64.so.2")
    ]


def test_a_program_of_a_newer_debian_names_the_versions_that_an_older_one_lacks(
    root: Callable[[str], Path],
) -> None:
    facts = read_facts(root("debian-13") / "usr" / "bin" / "env")
    result = load(facts, RootView(DirRoot(root("debian-11"))))
    assert result.refusals
    assert {r.kind for r in result.refusals} == {"symbol-version"}
    assert "version `GLIBC_2.34' not found (required by /app)" in (result.error_text or "")
