"""SOURCE: from what the user names to the modules and the main packages to build."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from linkcheck.build.gofiles import ModFile, read_mod, read_work
from linkcheck.build.mains import find_mains, is_main
from linkcheck.build.names import program_name
from linkcheck.errors import UnreadableFileError, UsageError

EVERY = "./..."


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
    Raises what `locate_all` raises, and UsageError where there are several, naming them.
    """
    found = locate_all(source, () if main is None else (main,))
    if len(found) > 1:
        folder = _folder(source)
        raise UsageError(
            f"{source} holds {len(found)} main packages "
            f"({_listed(folder, tuple(program.folder for program in found))})",
            next_step="choose one with --main",
        )
    return found[0]


def locate_all(source: Path, mains: Iterable[str] = (), *, vcs: bool = False) -> tuple[Source, ...]:
    """The main packages to build: those of `mains`, else `source` itself, else all below it.

    Each of `mains` is a path relative to `source` or the last part of one; "./..." stands for all.
    With `vcs` the tree reaches up to the repository, which `-buildvcs` reads.
    Raises UnreadableFileError where there is no such folder, UsageError where no main package is
    found or one that was named is none.
    """
    folder = _folder(source)
    found = find_mains(folder)
    wanted = tuple(mains)
    if not found and not wanted:
        raise UsageError(
            f"there is no main package in or below {source}",
            next_step="name the folder of a Go program (its files say `package main`)",
        )
    if EVERY in wanted:
        chosen = found
    elif wanted:
        chosen = tuple(dict.fromkeys(_named(folder, found, main) for main in wanted))
    else:
        chosen = found[:1] if found[0] == folder else found
    return _told_apart(folder, [describe(package, vcs=vcs) for package in chosen])


def others_below(source: Path, chosen: Iterable[Source]) -> tuple[str, ...]:
    """The main packages below `source` that are not built, by their paths."""
    folder = _folder(source)
    built = {program.folder for program in chosen}
    return tuple(p.relative_to(folder).as_posix() for p in find_mains(folder) if p not in built)


def describe(package: Path, *, vcs: bool = False) -> Source:
    """What has to be known to build the main package in the folder `package`. See `locate_all`."""
    module = _upwards(package, "go.mod")
    if module is None:
        return Source(package, Path(), Path(), program_name(package.name), None)
    repository = _upwards_any(module, ".git") if vcs else None
    mod = read_mod(module / "go.mod")
    work = _workspace(package)
    needed = [module, *(module / path for path in mod.local_replaces)]
    if work is not None:
        needed += [work, *(work / path for path in read_work(work / "go.work"))]
    if repository is not None:
        needed.append(repository)
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
        name=program_name(mod.path if package == module and mod.path else package.name),
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


def _told_apart(folder: Path, programs: list[Source]) -> tuple[Source, ...]:
    """Programs of the same name are called by their paths: cmd-a-tool, cmd-b-tool."""
    often = Counter(program.name for program in programs)
    return tuple(
        program
        if often[program.name] == 1
        else replace(
            program, name=program_name("-".join(program.folder.relative_to(folder).parts) or "app")
        )
        for program in programs
    )


def _named(folder: Path, mains: tuple[Path, ...], main: str) -> Path:
    asked = Path(os.path.normpath(folder / main))
    hits = [path for path in mains if path == asked] or [p for p in mains if p.name == main]
    if len(hits) == 1:
        return hits[0]
    if not hits and asked.is_dir() and is_main(asked):
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


def _upwards_any(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder, *folder.parents) if (path / name).exists()), None)


def _workspace(package: Path) -> Path | None:
    """The folder of the go.work that Go would take; GOWORK=off as in Go (`go help work`)."""
    setting = os.environ.get("GOWORK", "")
    if setting == "off":
        return None
    return Path(setting).parent if setting else _upwards(package, "go.work")
