"""The cache: named entries, each built once, in one step, and rebuilt when its recipe changes.

An entry is a folder `CACHE/NAME`. Its stamp `CACHE/stamps/NAME.json` holds the recipe that built
it, outside the folder, because a root file system must hold nothing but its own files. An entry
is built in a temporary folder and renamed into place, so a build that is cut off leaves nothing
that looks finished; a lock lets several processes share one cache.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from .host import TestbedError, run, say

Build = Callable[[Path], None]


def root() -> Path:
    """Return the cache folder: it outlives the checkout, and tests find it the same way."""
    named = os.environ.get("LINKCHECK_TESTBED")
    if named:
        return Path(named).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).absolute() / "linkcheck" / "testbed"


def ensure(name: str, recipe: str, build: Build) -> Path:
    """Return the entry `name`, calling `build(folder)` unless this very recipe built it before."""
    place = root() / name
    if is_current(name, recipe):
        say(f"{name}: ready")
        return place
    with locked(name):
        if is_current(name, recipe):
            return place
        began = time.monotonic()
        say(f"{name}: building")
        _build_in_place(place, build)
        _write_stamp(name, {"recipe": recipe, "built": time.strftime("%Y-%m-%dT%H:%M:%SZ")})
        say(f"{name}: built in {time.monotonic() - began:.1f} s")
    return place


def is_current(name: str, recipe: str) -> bool:
    """Tell whether the entry is there and was built by this recipe."""
    return (root() / name).is_dir() and read_stamp(name).get("recipe") == recipe


def read_stamp(name: str) -> dict[str, str]:
    """Return what is known of a finished entry; an entry with no stamp is not finished."""
    try:
        stamp = json.loads(_stamp_path(name).read_text())
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in stamp.items()}


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the entry's lock, so that a second process waits instead of building it again."""
    path = root() / "locks" / name.replace("/", "_")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Lend a folder on the cache's own disk, so that renames out of it are atomic."""
    parent = root() / "tmp"
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=parent))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        remove_tree(folder)


def sweep() -> None:
    """Delete what builds that were killed left behind: no build takes a day."""
    for leftover in (root() / "tmp").glob("*"):
        if time.time() - leftover.stat().st_mtime > 24 * 3600:
            remove_tree(leftover)


def remove_tree(folder: Path) -> None:
    """Delete a folder, first letting go of file systems that an interrupted build left mounted."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in sorted(mounts, reverse=True):
        if mount.startswith(f"{folder}/"):
            run(["umount", mount])
    shutil.rmtree(folder)


def write_atomically(path: Path, text: str) -> None:
    """Replace a file in one step, so that a reader sees the old text or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(path)


def _build_in_place(place: Path, build: Build) -> None:
    """Build into a temporary folder, then swap it for whatever stood in its place."""
    with scratch_folder() as workshop:
        fresh = workshop / "fresh"
        fresh.mkdir()
        build(fresh)
        if not fresh.is_dir():
            raise TestbedError(f"{place}: the recipe left no folder behind")
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            place.rename(workshop / "stale")
        fresh.rename(place)


def _write_stamp(name: str, stamp: dict[str, str]) -> None:
    write_atomically(_stamp_path(name), json.dumps(stamp, indent=2) + "\n")


def _stamp_path(name: str) -> Path:
    return root() / "stamps" / f"{name}.json"
