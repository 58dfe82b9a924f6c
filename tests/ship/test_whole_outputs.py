"""Outputs are there as a whole or not at all, and nothing else is ever touched."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.errors import BadRootError, UsageError
from linkcheck.images.tree import Extent, Node, Tree
from linkcheck.model.bundle import Bundle
from linkcheck.ship import place
from linkcheck.ship.shipment import Shipment
from linkcheck.ship.unpack import unpack
from tests.ship.conftest import TRUE

Make = Callable[..., Bundle]


def test_a_file_is_replaced_only_when_all_is_written(tmp_path: Path) -> None:
    output = tmp_path / "out"
    output.write_text("before")
    with pytest.raises(ZeroDivisionError), place.whole_file(output) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert output.read_text() == "before"
    with place.whole_file(output) as file:
        file.write(b"whole")
    assert output.read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("kind", ["fifo", "link", "dangling", "folder", "device"])
def test_what_is_no_regular_file_is_never_replaced(kind: str, tmp_path: Path) -> None:
    output = tmp_path / "out.tar"
    if kind == "fifo":
        os.mkfifo(output)
    elif kind == "folder":
        output.mkdir()
    elif kind == "device":
        output = Path(os.devnull)
    else:
        (tmp_path / "target").write_text("kept") if kind == "link" else None
        output.symlink_to("target")
    with pytest.raises(UsageError, match="no regular file"), place.whole_file(output):
        raise AssertionError("nothing is to be written")
    assert kind != "device" or output.is_char_device()


def test_a_bundle_over_a_link_leaves_the_link_and_its_target(
    small_root: Path, make: Make, tmp_path: Path
) -> None:
    (tmp_path / "target").write_text("kept")
    (tmp_path / "out.tar").symlink_to("target")
    with pytest.raises(UsageError, match="no regular file"):
        make(TRUE, small_root, output=tmp_path / "out.tar")
    assert (tmp_path / "target").read_text() == "kept"


def test_a_folder_that_came_to_hold_something_meanwhile_is_left_alone(tmp_path: Path) -> None:
    output = tmp_path / "out"
    output.mkdir()
    with place.new_folder(Path.mkdir, tmp_path) as made:
        (output / "precious").write_text("mine")
        with pytest.raises(UsageError, match="can't be written"):
            place.move(made, output)
    assert (output / "precious").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_force_replaces_as_a_whole(tmp_path: Path) -> None:
    output = tmp_path / "out"
    output.mkdir()
    (output / "old").write_text("old")
    with place.new_folder(Path.mkdir, tmp_path) as made:
        (made / "new").write_text("new")
        place.move(made, output, force=True)
    assert [path.name for path in output.iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_full_disk_is_an_error_of_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    shipment = Shipment()
    with Path("/dev/full").open("wb") as full:
        monkeypatch.setattr(shipment, "_spool", full)
        with pytest.raises(UsageError, match="temporary folder can't be written: No space"):
            shipment.add_file("/x", 0o644, (b"x" * (1 << 20),), "test")


@pytest.mark.parametrize("time", ["9" * 5000, "8589934592", "-1", "٣", "1.5"])
def test_a_time_that_no_archive_holds_is_refused(
    time: str, small_root: Path, make: Make, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="is no time"):
        make(TRUE, small_root, environ={"SOURCE_DATE_EPOCH": time})
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


@pytest.mark.parametrize("there", ["folder", "link"])
def test_a_file_is_not_dropped_where_something_else_has_its_place(there: str) -> None:
    shipment = Shipment()
    if there == "folder":
        shipment.add_folder("/etc/passwd")
    else:
        shipment.add_link("/etc/passwd", "elsewhere", "test")
    with pytest.raises(BadRootError, match="can't be both"):
        shipment.add_file("/etc/passwd", 0o644, (b"x",), "test")


def test_unpacking_follows_no_link_and_leaves_devices_out(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "content").write_bytes(b"content")
    tree = Tree()
    with (tmp_path / "content").open("rb") as file:
        content = Extent(file.fileno(), 0, 7)
        tree.add("/way", Node("link", 0o777, str(tmp_path / "outside")))
        tree.add("/../file", Node("file", 0o4755, content=content))
        tree.add("/way/evil", Node("file", 0o644, content=content))
        tree.add("/null", Node("other", 0o666))
        tree.add("/empty", Node("link", 0o777, ""))
        tree.add("/shut/file", Node("file", 0o600, content=content))
        tree.add("/shut", Node("directory", 0o000))
        unpack(tree, tmp_path / "root", "/work/../made")
    found = sorted(str(p.relative_to(tmp_path / "root")) for p in (tmp_path / "root").rglob("*"))
    assert found == ["file", "made", "shut", "shut/file", "way"]
    assert (tmp_path / "root" / "file").stat().st_mode & 0o7777 == 0o755
    assert (tmp_path / "root" / "way").readlink() == tmp_path / "outside"
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("name", ["/a/..", "/missing/../../x", "/..", "/a/./../b/.."])
def test_no_node_is_ever_called_dot_dot(name: str, tmp_path: Path) -> None:
    tree = Tree()
    tree.add(f"{name}/file", Node("file", 0o644))
    tree.add(name, Node("directory", 0o755))
    todo = [tree.root]
    while todo:
        node = todo.pop()
        assert not {"..", ".", ""} & set(node.children)
        todo += node.children.values()
