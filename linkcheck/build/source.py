"""SOURCE: from the folder that the user names to the module and the main package to build.

No Go toolchain is asked, as there may be one in the builder's container only; so a main
package is told by the package clause of its files, whatever their build constraints say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from linkcheck.build.gofiles import ModFile, package_name, read_mod, read_work
from linkcheck.errors import UnreadableFileError, UsageError

MAX_FOLDERS = 50_000
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._+-]")
_MAJOR_VERSION = re.compile(r"v[0-9]+")


@dataclass(frozen=True, slots=True)
class Source:
    """One main package.

    `tree` is the folder that a build has to see: the module's, or one further up where a go.work
    or a `replace` with a local path points there. `module` and `package` are relative to it;
    `mod` is None for a folder outside of any module.
    """

    tree: Path
    module: Path
    package: Path
    name: str
    mod: ModFile | None
    vendored: bool = False

    @property
    def folder(self) -> Path:
        """The folder of the main package."""
        return self.tree / self.package

    @property
    def argument(self) -> str:
        """The package as `go build` takes it when called in the module's folder."""
        relative = self.package.relative_to(self.module).as_posix()
        return "." if relative == "." else f"./{relative}"

    @property
    def needs_modules(self) -> bool:
        """Whether other modules may have to be downloaded."""
        return self.mod is not None and self.mod.requires and not self.vendored


def locate(source: Path, main: str | None = None) -> Source:
    """The main package of `source`: the folder itself, else the only one below, else `main`.

    `main` is a path relative to `source`, or the last part of one.
    Raises UnreadableFileError where there is no such folder, UsageError where no main package is
    found or where there are several, naming them.
    """
    folder = _folder(source)
    mains = find_mains(folder)
    if main is not None:
        return describe(_named(folder, mains, main))
    if not mains:
        raise UsageError(
            f"there is no main package in or below {source}",
            next_step="name the folder of a Go program (its files say `package main`)",
        )
    if len(mains) > 1 and mains[0] != folder:
        shown = _listed(folder, mains)
        raise UsageError(
            f"{source} holds {len(mains)} main packages ({shown})",
            next_step="choose one with --main",
        )
    return describe(mains[0])


def find_mains(folder: Path) -> tuple[Path, ...]:
    """The folders of main packages in and below `folder`, sorted, `folder` itself first.

    Those of its own module; where that has none, those of the modules further down.
    """
    own: list[Path] = []
    nested: list[Path] = []
    for path, in_own_module in _package_folders(folder):
        if _is_main(path):
            (own if in_own_module else nested).append(path)
    return tuple(sorted(own or nested))


def describe(package: Path) -> Source:
    """What has to be known to build the main package in the folder `package`."""
    module = _upwards(package, "go.mod")
    if module is None:
        return Source(package, Path(), Path(), _program_name(package.name), None)
    mod = read_mod(module / "go.mod")
    work = _workspace(package)
    needed = [module, *(module / path for path in mod.local_replaces)]
    if work is not None:
        needed += [work, *(work / path for path in read_work(work / "go.work"))]
    tree = Path(os.path.commonpath([os.path.normpath(path) for path in needed]))
    if tree == Path(tree.anchor):
        raise UsageError(
            f"{module} points to modules all over the file system",
            next_step="vendor them with `go mod vendor`",
        )
    return Source(
        tree=tree,
        module=module.relative_to(tree),
        package=package.relative_to(tree),
        name=_program_name(mod.path if package == module and mod.path else package.name),
        mod=mod,
        vendored=((work or module) / "vendor" / "modules.txt").is_file(),
    )


def _folder(source: Path) -> Path:
    try:
        folder = source.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise UnreadableFileError(
            f"{source}: {getattr(error, 'strerror', None) or error}",
            next_step="name a folder with a Go program",
        ) from error
    if not folder.is_dir():
        raise UsageError(f"{source} is not a folder", next_step="name the folder of a Go program")
    return folder


def _package_folders(top: Path) -> Iterator[tuple[Path, bool]]:
    """Folders that may hold a package, and whether they belong to the module that `top` is in.

    Skips what `go list ./...` skips: vendor, testdata, and names that begin with '.' or '_'.
    """
    foreign: set[Path] = set()
    walk = os.walk(top, onerror=None, followlinks=False)
    for here, names, files in islice(walk, MAX_FOLDERS):
        path = Path(here)
        if path != top and (path.parent in foreign or "go.mod" in files):
            foreign.add(path)
        names[:] = sorted(
            name for name in names if name not in {"vendor", "testdata"} and name[0] not in "._"
        )
        yield path, path not in foreign


def _is_main(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            candidates = [entry.path for entry in entries if _is_source(entry)]
    except OSError:
        return False
    return any(package_name(Path(path)) == "main" for path in candidates)


def _is_source(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    return (
        name.endswith(".go")
        and not name.endswith("_test.go")
        and name[0] not in "._"
        and entry.is_file()
    )


def _named(folder: Path, mains: tuple[Path, ...], main: str) -> Path:
    asked = Path(os.path.normpath(folder / main))
    hits = [path for path in mains if path == asked] or [p for p in mains if p.name == main]
    if len(hits) == 1:
        return hits[0]
    if not hits and asked.is_dir() and _is_main(asked):
        return asked
    problem = "no" if not hits else "more than one"
    raise UsageError(
        f"{folder} holds {problem} main package {main!r}",
        next_step=f"take one of {_listed(folder, mains)}" if mains else "name another SOURCE",
    )


def _listed(folder: Path, mains: tuple[Path, ...], most: int = 20) -> str:
    names = [path.relative_to(folder).as_posix() for path in mains]
    more = f", and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _upwards(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder, *folder.parents) if (path / name).is_file()), None)


def _workspace(package: Path) -> Path | None:
    """The folder of the go.work that Go would take; GOWORK=off as in Go (`go help work`)."""
    setting = os.environ.get("GOWORK", "")
    if setting == "off":
        return None
    return Path(setting).parent if setting else _upwards(package, "go.work")


def _program_name(path: str) -> str:
    """The name that `go build` gives the program: the last part that is no major version."""
    parts = [part for part in path.split("/") if part]
    if len(parts) > 1 and _MAJOR_VERSION.fullmatch(parts[-1]):
        parts.pop()
    return _NOT_IN_A_NAME.sub("_", parts[-1]) if parts else "app"
