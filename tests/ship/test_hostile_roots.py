"""Roots from strangers: what is in them stays in them, and nothing is written elsewhere."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.errors import BadRootError, UsageError
from linkcheck.images.root import DirRoot, Entry
from linkcheck.model.bundle import Bundle
from linkcheck.ship.shipment import Shipment
from linkcheck.ship.taking import Taker
from tests.ship.conftest import TRUE

Make = Callable[..., Bundle]


def taken(root: Path, path: str) -> Shipment:
    shipment = Shipment()
    Taker(DirRoot(root), "the root", shipment).take(path, "test")
    return shipment


def test_a_link_out_of_the_root_leads_to_what_is_inside(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("outside")
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "secret").write_text("inside")
    (root / "etc" / "way").symlink_to("../../../secret")
    shipment = taken(root, "/etc/way")
    assert shipment.content("/secret").read() == b"inside"
    assert "/etc/way" in shipment


def test_a_link_to_nothing_inside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to("/etc/passwd")
    with pytest.raises(BadRootError, match="No such file"):
        taken(tmp_path, "/way")


@pytest.mark.parametrize("kind", ["fifo", "socket", "folder", "loop"])
def test_what_is_no_file_is_refused_at_once(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "thing"
    if kind == "fifo":
        os.mkfifo(place)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(os.path.relpath(place))
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to("thing")
    with pytest.raises(BadRootError, match="can't be taken"):
        taken(tmp_path, "/thing")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes device nodes")
def test_a_device_node_is_refused(tmp_path: Path) -> None:
    os.mknod(tmp_path / "zero", 0o20666, os.makedev(1, 5))
    with pytest.raises(BadRootError, match="no regular file"):
        taken(tmp_path, "/zero")


def test_a_huge_sparse_file_is_refused_before_a_byte_is_copied(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(BadRootError, match="more than is sane"):
        taken(tmp_path, "/sparse")


@pytest.mark.parametrize("name", ["line\nbreak", "bell\x07", "\u202ereversed", b"\xff"])
def test_names_that_no_name_should_be_are_refused_alone_and_passed_over_in_folders(
    name: str | bytes, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "fine").write_text("x")
    (folder / os.fsdecode(name)).write_text("x")
    with pytest.raises(BadRootError, match="control characters"):
        taken(tmp_path, f"/data/{os.fsdecode(name)}")
    shipment = Shipment()
    passed = Taker(DirRoot(tmp_path), "the root", shipment).take_tree("/data", "test")
    assert passed == [f"/data/{os.fsdecode(name)}"]
    assert [piece.path for piece in shipment.pieces] == ["/data", "/data/fine"]


def test_a_file_that_was_swapped_for_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("outside")
    root = tmp_path / "root"
    root.mkdir()
    (root / "lib").write_text("inside!")
    source = DirRoot(root)
    entry = source.entry("/lib")
    assert isinstance(entry, Entry)
    (root / "lib").unlink()
    (root / "lib").symlink_to(tmp_path / "secret")
    with pytest.raises(BadRootError, match="changed while"):
        list(source.chunks(entry))


def test_a_folder_that_was_swapped_for_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_text("outside")
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "file").write_text("inside!")
    source = DirRoot(root)
    entry = source.entry("/etc/file")
    assert isinstance(entry, Entry)
    (root / "etc").rename(root / "old")
    (root / "etc").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadRootError, match="changed while"):
        list(source.chunks(entry))


@pytest.mark.parametrize("change", ["shorter", "longer", "written"])
def test_a_file_that_changes_while_it_is_copied_is_refused(change: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * (2 << 20))
    source = DirRoot(tmp_path)
    entry = source.entry("/file")
    assert isinstance(entry, Entry)
    chunks = source.chunks(entry)
    next(chunks)
    if change == "written":
        file.write_bytes(b"y" * (2 << 20))
        os.utime(file, ns=(1, 1))
    else:
        os.truncate(file, 1 if change == "shorter" else 3 << 20)
    with pytest.raises(BadRootError, match="changed while"):
        list(chunks)


def test_no_file_of_a_bundle_is_setuid(tmp_path: Path) -> None:
    (tmp_path / "su").write_text("x")
    (tmp_path / "su").chmod(0o6755)
    assert [piece.mode for piece in taken(tmp_path, "/su").pieces] == [0o755]


def test_passwd_lines_of_the_root_can_forge_no_user(small_root: Path, make: Make) -> None:
    (small_root / "etc" / "passwd").write_text("root:x:0:0:x\x1b:/root:/bin/sh\nevil:x:0:0::/:/\n")
    make(TRUE, small_root)
    written = (small_root.parent / "bundle" / "etc" / "passwd").read_text()
    assert written.splitlines()[0] == "root:x:0:0:root:/root:/sbin/nologin"
    assert "evil" not in written


def test_nothing_outside_of_the_output_is_written(small_root: Path, make: Make) -> None:
    (small_root / "etc" / "also").symlink_to("../../../outside")
    (small_root / "outside").write_text("x")
    before = set(small_root.parent.rglob("*"))
    make(TRUE, small_root, also=("/etc/also",), verify=None)
    after = set(small_root.parent.rglob("*")) - before
    bundle = small_root.parent / "bundle"
    assert all(path == bundle or bundle in path.parents for path in after)


def test_a_preloaded_library_of_the_root_is_not_taken(small_root: Path, make: Make) -> None:
    (small_root / "etc" / "ld.so.preload").write_text("/lib/libspy.so\n")
    made = make(TRUE, small_root)
    assert not any("preload" in piece.path for piece in made.pieces)


def test_without_its_library_there_is_no_bundle(small_root: Path, make: Make) -> None:
    for library in small_root.rglob("libc.so.6"):
        library.unlink()
    with pytest.raises(UsageError, match=r"does not start in .*libc\.so\.6"):
        make(TRUE, small_root)
    assert not (small_root.parent / "bundle").exists()
