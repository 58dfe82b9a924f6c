"""Bundles made of this machine's own files: what is in them, and how they are written."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.errors import UnreadableFileError, UsageError
from linkcheck.images.ldcache import read_ld_cache
from linkcheck.images.root import DirRoot
from linkcheck.model.bundle import Bundle
from linkcheck.model.library import CacheEntry
from linkcheck.run.bubblewrap import start_in_root
from linkcheck.ship.accounts import accounts_for
from linkcheck.ship.ldcache import compare, write_ld_cache
from tests.ship.conftest import TRUE

Make = Callable[..., Bundle]


@pytest.mark.usefixtures("bwrap")
def test_a_bundle_starts_with_its_own_files_alone(small_root: Path, make: Make) -> None:
    made = make(TRUE, small_root, verify=True)
    assert made.verdict.answer == "runs"
    assert made.trial is not None
    assert (made.trial.observed, made.trial.exit_code) == ("started", 0)
    output = small_root.parent / "bundle"
    assert start_in_root(output, output / "app").exit_code == 0


def test_every_piece_says_what_it_is_for(small_root: Path, make: Make) -> None:
    made = make(TRUE, small_root)
    assert all(piece.why for piece in made.pieces if piece.kind != "folder")
    assert {p.path for p in made.pieces if p.kind == "file"} >= {"/app", "/etc/passwd"}


def test_links_and_modes_are_those_of_the_root(small_root: Path, make: Make) -> None:
    made = make(TRUE, small_root)
    output = small_root.parent / "bundle"
    for piece in made.pieces:
        there, here = output / piece.path[1:], small_root / piece.path[1:]
        if piece.kind == "link":
            assert there.readlink() == here.readlink()
        elif piece.origin:
            assert stat.S_IMODE(there.stat().st_mode) == stat.S_IMODE(here.stat().st_mode)
            assert there.read_bytes() == here.read_bytes()


def test_the_same_input_gives_the_same_archive(small_root: Path, make: Make) -> None:
    one, other = small_root.parent / "one.tar", small_root.parent / "other.tar"
    make(TRUE, small_root, output=one)
    os.utime(small_root)
    make(TRUE, small_root, output=other)
    assert one.read_bytes() == other.read_bytes()


def test_source_date_epoch_is_the_time_of_all_files(small_root: Path, make: Make) -> None:
    output = small_root.parent / "one.tar"
    made = make(TRUE, small_root, output=output, environ={"SOURCE_DATE_EPOCH": "1700000000"})
    with tarfile.open(output) as archive:
        members = archive.getmembers()
    assert {member.mtime for member in members} == {1700000000}
    assert {(member.uid, member.gid) for member in members} == {(0, 0)}
    assert [f"/{member.name}" for member in members] == [piece.path for piece in made.pieces]
    folder = make(TRUE, small_root, environ={"SOURCE_DATE_EPOCH": "1700000000"})
    assert {os.lstat(folder.output + p.path).st_mtime for p in folder.pieces} == {1700000000}


def test_a_time_that_is_none_is_refused(small_root: Path, make: Make) -> None:
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH=yesterday"):
        make(TRUE, small_root, environ={"SOURCE_DATE_EPOCH": "yesterday"})


def test_a_folder_with_something_in_it_is_left_alone(small_root: Path, make: Make) -> None:
    output = small_root.parent / "bundle"
    output.mkdir()
    (output / "thesis").write_text("x")
    for force in (False, True):
        with pytest.raises(UsageError, match="is there, and"):
            make(TRUE, small_root, force=force)
    assert (output / "thesis").read_text() == "x"


def test_force_replaces_a_former_bundle(small_root: Path, make: Make) -> None:
    make(TRUE, small_root)
    output = small_root.parent / "bundle"
    (output / "etc" / "old").write_text("x")
    with pytest.raises(UsageError, match="--force"):
        make(TRUE, small_root)
    make(TRUE, small_root, force=True)
    assert not (output / "etc" / "old").exists()
    assert sorted(p.name for p in small_root.parent.iterdir()) == ["bundle", "small"]


def test_an_output_that_is_a_link_is_refused(small_root: Path, make: Make) -> None:
    (small_root.parent / "elsewhere").mkdir()
    (small_root.parent / "bundle").symlink_to("elsewhere")
    with pytest.raises(UsageError, match="no folder"):
        make(TRUE, small_root)


def test_a_program_that_is_not_there_leaves_nothing(small_root: Path, make: Make) -> None:
    with pytest.raises(UnreadableFileError, match="No such file"):
        make(Path("/nowhere/app"), small_root)
    assert [p.name for p in small_root.parent.iterdir()] == ["small"]


@pytest.mark.usefixtures("bwrap")
def test_a_library_outside_of_the_default_folders_is_found_by_a_cache(
    small_root: Path, make: Make
) -> None:
    compiler, ldconfig = shutil.which("gcc"), shutil.which("ldconfig")
    if compiler is None or ldconfig is None:
        pytest.skip("no gcc or ldconfig on this machine")
    place = small_root / "opt" / "own"
    place.mkdir(parents=True)
    build = small_root.parent
    (build / "own.c").write_text("int own(void) { return 42; }")
    (build / "main.c").write_text("int own(void); int main(void) { return own(); }")
    library: list[str | Path] = [
        compiler,
        "-shared",
        "-fPIC",
        "-Wl,-soname,libown.so.1",
        "-o",
        place / "libown.so.1",
    ]
    subprocess.run([*library, build / "own.c"], check=True)
    program = build / "program"
    main: list[str | Path] = [compiler, "-o", program, build / "main.c", place / "libown.so.1"]
    subprocess.run(main, check=True)
    (small_root / "etc" / "ld.so.conf").write_text("/opt/own\n")
    subprocess.run([ldconfig, "-r", small_root], check=True)
    made = make(program, small_root, verify=True)
    assert made.trial is not None
    assert made.trial.exit_code == 42
    cache = read_ld_cache((build / "bundle" / "etc" / "ld.so.cache").read_bytes())
    assert cache is not None
    assert {"/opt/own/libown.so.1"} <= {entry.path for entry in cache}


def test_what_is_in_default_folders_needs_no_cache(small_root: Path, make: Make) -> None:
    assert "/etc/ld.so.cache" not in {piece.path for piece in make(TRUE, small_root).pieces}


def test_a_cache_reads_back_in_the_order_of_the_loader() -> None:
    entries = [CacheEntry(name, f"/opt/{name}", 0x303) for name in ("liba.so.2", "liba.so.10")]
    for order in ("little", "big"):
        read = read_ld_cache(write_ld_cache(entries, order))
        assert read is not None
        assert [entry.soname for entry in read] == ["liba.so.10", "liba.so.2"]
    assert compare("libb.so.1", "liba.so.1") > 0 > compare("liba.so.9", "liba.so.10")


@pytest.mark.parametrize(
    ("asked", "numbers", "line"),
    [
        (None, (65532, 65532), "nonroot:x:65532:65532:nonroot:/:/sbin/nologin"),
        ("1000", (1000, 1000), "user1000:x:1000:1000:user1000:/:/sbin/nologin"),
        ("1000:5", (1000, 5), "user1000:x:1000:1000:user1000:/:/sbin/nologin"),
        ("www", (33, 34), "www:x:33:34:www:/var/www:/sbin/nologin"),
        ("www:games", (33, 60), "www:x:33:34:www:/var/www:/sbin/nologin"),
        ("0", (0, 0), "root:x:0:0:root:/root:/sbin/nologin"),
    ],
)
def test_the_user_that_was_asked_for_is_known(
    asked: str | None, numbers: tuple[int, int], line: str, tmp_path: Path
) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text("www:x:33:34:web:/var/www:/bin/sh\n")
    (tmp_path / "etc" / "group").write_text("games:x:60:\n")
    accounts = accounts_for(asked, DirRoot(tmp_path))
    assert (accounts.uid, accounts.gid) == numbers
    assert line in accounts.passwd.decode().splitlines()
    assert {"root", "nobody"} <= {row.split(":")[0] for row in accounts.passwd.decode().split()}


@pytest.mark.parametrize("asked", ["nobody-here", "", "-1", "99999999999", "1:x\n", "a b"])
def test_a_user_that_nobody_is_is_refused(asked: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--user"):
        accounts_for(asked, DirRoot(tmp_path))


def test_also_takes_a_library_and_says_where_it_has_none(small_root: Path, make: Make) -> None:
    with pytest.raises(UsageError, match=r"--also libnone\.so\.1"):
        make(TRUE, small_root, also=("libnone.so.1",))
    (small_root / "etc" / "motd").write_text("hello")
    made = make(TRUE, small_root, also=("/etc/motd",))
    assert [p.why for p in made.pieces if p.path == "/etc/motd"] == ["--also"]
