"""Where the main packages are, in and below a folder.

No Go toolchain is asked, as there may be one in the builder's container only; so a main
package is told by the package clause of its files, whatever their build constraints say.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from linkcheck.build.gofiles import package_name, read_work

MAX_FOLDERS = 50_000


def find_mains(folder: Path) -> tuple[Path, ...]:
    """The folders of main packages in and below `folder`, sorted, `folder` itself first.

    Those of its own module, or of all modules that a go.work in it uses; where that has none,
    those of the modules further down.
    """
    used = _workspace_modules(folder)
    own: list[Path] = []
    nested: list[Path] = []
    for path, in_own_module in _package_folders(folder, used):
        if is_main(path):
            (own if in_own_module else nested).append(path)
    return tuple(sorted(own or nested))


def is_main(folder: Path) -> bool:
    """Whether a program can be built from the Go files in `folder`."""
    try:
        with os.scandir(folder) as entries:
            candidates = [entry.path for entry in entries if _is_source(entry)]
    except OSError:
        return False
    return any(package_name(Path(path)) == "main" for path in candidates)


def _workspace_modules(folder: Path) -> frozenset[Path]:
    if os.environ.get("GOWORK") == "off" or not (folder / "go.work").is_file():
        return frozenset()
    return frozenset(Path(os.path.normpath(folder / p)) for p in read_work(folder / "go.work"))


def _package_folders(top: Path, used: frozenset[Path]) -> Iterator[tuple[Path, bool]]:
    """Folders that may hold a package, and whether they belong to the module that `top` is in.

    The modules `used` by its workspace count as its own. Skips what `go list ./...` skips:
    vendor, testdata, and names that begin with '.' or '_'.
    """
    foreign: set[Path] = set()
    walk = os.walk(top, onerror=None, followlinks=False)
    for here, names, files in islice(walk, MAX_FOLDERS):
        path = Path(here)
        apart = path != top and (path.parent in foreign or "go.mod" in files)
        if apart and not ("go.mod" in files and path in used):
            foreign.add(path)
        names[:] = sorted(
            name for name in names if name not in {"vendor", "testdata"} and name[0] not in "._"
        )
        yield path, path not in foreign


def _is_source(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    return (
        name.endswith(".go")
        and not name.endswith("_test.go")
        and name[0] not in "._"
        and entry.is_file()
    )
