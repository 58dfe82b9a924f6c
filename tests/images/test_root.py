"""A root is never left, and answers as the kernel does after chroot."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkcheck.errors import BadRootError
from linkcheck.images.root import DirRoot, Entry, NoEntry

_NAMES = st.sampled_from(["a", "b", "c", "."])
_PARTS = st.lists(st.sampled_from(["a", "b", "c", "..", ".", ""]), min_size=1, max_size=6)
_PATHS = st.builds(lambda parts, top: top + "/".join(parts), _PARTS, st.sampled_from(["", "/"]))
# what happens to a place of the tree, in order; impossible steps are passed over
_STEPS = st.lists(
    st.tuples(
        st.lists(_NAMES, min_size=1, max_size=4).map("/".join),
        st.one_of(st.just("file"), st.just("folder"), _PATHS.map("-> ".__add__)),
    ),
    max_size=12,
)


@contextmanager
def _tree(steps: list[tuple[str, str]]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder) / "root"
        top.mkdir()
        (Path(folder) / "a").write_text("outside")
        for place, what in steps:
            path = top / place
            # links of the tree itself must not carry the construction outside
            if Path(os.path.realpath(path.parent)).is_relative_to(os.path.realpath(top)):
                try:
                    if what == "file":
                        path.write_bytes(b"x") if not path.is_symlink() else None
                    elif what == "folder":
                        path.mkdir()
                    elif target := what.removeprefix("-> "):
                        path.symlink_to(target)
                except OSError:
                    continue
        yield top


def _in_chroot(top: Path, paths: list[str]) -> list[list[int] | str]:
    """What the kernel says of each path after chroot: [device, inode], or the errno text."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        answers: list[list[int] | str] = []
        try:
            os.chroot(top)
            os.chdir("/")
            for path in paths:
                try:
                    found = os.stat("/" + path)  # noqa: PTH116 -- pathlib drops "." and final slashes
                    answers.append([found.st_dev, found.st_ino])
                except OSError as error:
                    answers.append(error.strerror or "")
            os.write(writer, json.dumps(answers).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        raw = pipe.read()
    os.waitpid(child, 0)
    return json.loads(raw)  # type: ignore[no-any-return]


@pytest.mark.skipif(os.geteuid() != 0, reason="chroot needs root")
@given(steps=_STEPS, paths=st.lists(_PATHS, min_size=1, max_size=8))
def test_every_path_leads_where_the_kernel_says_after_chroot(
    steps: list[tuple[str, str]], paths: list[str]
) -> None:
    with _tree(steps) as top:
        root = DirRoot(top)
        for path, truth in zip(paths, _in_chroot(top, paths), strict=True):
            entry = root.entry("/" + path)
            if isinstance(entry, NoEntry):
                assert entry.why == truth, (steps, path)
                assert not entry.hidden
            else:
                host = Path(f"{top}{entry.path}")
                found = host.lstat()
                assert [found.st_dev, found.st_ino] == truth, (steps, path)
                assert os.path.realpath(host) == f"{os.path.realpath(top)}{entry.path}".rstrip("/")


@given(steps=_STEPS, paths=st.lists(_PATHS, min_size=1, max_size=8))
def test_no_path_leads_out_of_the_root(steps: list[tuple[str, str]], paths: list[str]) -> None:
    with _tree(steps) as top:
        root = DirRoot(top)
        for path in paths:
            entry = root.entry(path)
            if isinstance(entry, Entry):
                host = Path(os.path.realpath(f"{top}{entry.path}"))
                assert host.is_relative_to(os.path.realpath(top)), (steps, path)
            assert root.read(path) != b"outside"
            assert all("/" not in name for name in root.names(path))


@pytest.mark.parametrize("links", [39, 40, 41])
def test_a_chain_ends_after_forty_links(tmp_path: Path, links: int) -> None:
    (tmp_path / "0").write_text("end")
    for number in range(1, links + 1):
        (tmp_path / str(number)).symlink_to(str(number - 1))
    entry = DirRoot(tmp_path).entry(f"/{links}")
    if links <= 40:
        assert isinstance(entry, Entry)
        assert entry.path == "/0"
    else:
        assert entry == NoEntry("Too many levels of symbolic links")


def test_links_that_double_their_path_end_soon(tmp_path: Path) -> None:
    """Forty links, each to the one before twice over, would be 2**40 steps."""
    (tmp_path / "0").symlink_to(".")
    for number in range(1, 45):
        (tmp_path / str(number)).symlink_to(f"{number - 1}/{number - 1}")
    assert DirRoot(tmp_path).entry("/44") == NoEntry("Too many levels of symbolic links")


def test_a_name_that_no_file_system_has_is_not_there(tmp_path: Path) -> None:
    root = DirRoot(tmp_path)
    for path in ("/a\0b", "/\ud800"):
        assert root.entry(path) == NoEntry("No such file or directory")
    assert root.entry("/" + "x" * 300) == NoEntry("File name too long")


def test_reading_a_folder_a_fifo_and_too_much_is_no_trouble(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "long").write_bytes(b"0123456789")
    root = DirRoot(tmp_path)
    assert root.read("/") == NoEntry("Is a directory")
    assert root.read("/fifo") == NoEntry("not a file")
    assert root.read("/long", limit=4) == b"0123"
    entry = root.entry("/long")
    assert isinstance(entry, Entry)
    with root.mapped(entry) as data:
        assert data[:] == b"0123456789"
    assert stat.S_IMODE((tmp_path / "long").stat().st_mode) == entry.mode


def test_what_is_no_folder_is_no_root(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "missing"):
        with pytest.raises(BadRootError, match="not a folder: name an unpacked root"):
            DirRoot(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_searched_hides_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir()
    (tmp_path / "shut" / "file").write_text("")
    (tmp_path / "shut").chmod(0)
    try:
        entry = DirRoot(tmp_path).entry("/shut/file")
        assert isinstance(entry, NoEntry)
        assert entry.hidden
    finally:
        (tmp_path / "shut").chmod(0o700)
        shutil.rmtree(tmp_path / "shut")
