"""A vendor folder out of Debian's Go libraries, in the form that `go build -mod=vendor` checks.

Debian lays libraries out as GOPATH had them: the import path is the folder, and says nothing of
modules. Where one begins is told by its go.mod, else taken to be the topmost folder with Go files.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from linkcheck.build.gofiles import read_mod

_GO_LINE = re.compile(r"^go\s+(\S+)", re.MULTILINE)
_UPSTREAM = re.compile(r"(?:[0-9]+:)?(?P<number>[0-9]+(?:\.[0-9]+){0,2})(?P<rest>[^-]*)")
_PRERELEASE = re.compile(r"~(?!ds|dfsg)")  # ~ds1 and ~dfsg: Debian took files out of it
_MAJOR = re.compile(r"(?:/v|\.v)(?P<major>[0-9]+)$")
_OLDEST = "1.17"  # before it go.mod listed direct needs alone
_LEFT_OUT = frozenset({"testdata", "vendor", "_examples", "examples"})


@dataclass(frozen=True, slots=True)
class Module:
    """A library: its import path, a version that Go accepts for it, its language version.

    `folder` is where Debian has it: it may lack the /v2 of the path, as GOPATH was of no help there
    (https://go.dev/wiki/Modules, "minimal module compatibility").
    """

    path: str
    folder: str
    version: str
    go: str | None


def import_tree(unpacked: Path, gocode: Path, merged: Path) -> None:
    """Copy a package's library files into `merged`, links followed, tests left out."""
    for path in _walk(unpacked / gocode):
        if path.name.endswith("_test.go"):
            continue
        origin = _followed(path, unpacked)
        if origin is None or not origin.is_file():
            continue
        target = merged / path.relative_to(unpacked / gocode)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(origin, target)


def lay_out(merged: Path, modules: Iterable[Module]) -> None:
    """Put modules with a /v2 in their path also where that path says."""
    for module in modules:
        target = merged / module.path
        if module.path != module.folder and not target.is_dir():
            with tempfile.TemporaryDirectory(dir=merged.parent) as aside:
                copy = shutil.copytree(merged / module.folder, Path(aside, "copy"))
                copy.rename(target)


def modules_below(tree: Path, debian_version: str) -> Iterator[Module]:
    """The modules of one package."""
    roots: set[Path] = set()
    for folder in sorted({path.parent for path in _walk(tree)}, key=lambda path: path.parts):
        names = {path.name for path in folder.iterdir()}
        nested = any(parent in roots for parent in folder.parents)
        if "go.mod" in names or (not nested and any(name.endswith(".go") for name in names)):
            roots.add(folder)
            place = folder.relative_to(tree).as_posix()
            go = _go_line(folder / "go.mod")
            for path in dict.fromkeys((place, _own_name(folder, place))):
                yield Module(path, place, module_version(path, debian_version), go)


def _own_name(folder: Path, place: str) -> str:
    """The path that a go.mod says, where that is the folder's with a major version behind it."""
    said = read_mod(folder / "go.mod").path
    return said if re.fullmatch(re.escape(place) + r"/v[0-9]+", said) else place


def module_version(path: str, debian_version: str) -> str:
    """Debian's upstream version as Go writes it for that import path; v0.0.0 for a snapshot."""
    found = _UPSTREAM.match(debian_version)
    numbers = [int(part) for part in found["number"].split(".")] if found else []
    numbers = [*numbers, 0, 0, 0][:3]
    major = _MAJOR.search(path)
    if found is None or "git" in found["rest"] or _PRERELEASE.search(found["rest"]):
        numbers = [0, 0, 0]
    if major is not None:
        wanted = int(major["major"])
        if numbers[0] != wanted:
            numbers = [wanted, 0, 0]
        return "v" + ".".join(map(str, numbers))
    more = "+incompatible" if numbers[0] > 1 else ""
    return "v" + ".".join(map(str, numbers)) + more


def vendor(folder: Path, merged: Path, modules: Iterable[Module], own: str) -> None:
    """Give the module in `folder` the libraries of `merged` as its vendor folder.

    `own` is the module's import path, "" where its go.mod or Debian's control file says it.
    """
    name, own_go = _identity(folder)
    name = own or name
    shutil.rmtree(merged / name, ignore_errors=True)  # its library half, as others import it
    known = {module.path: module for module in modules if not _is_part(module.path, name)}
    packages: dict[str, list[str]] = {path: [] for path in known}
    for place in sorted({path.parent for path in merged.rglob("*.go")}):
        package = place.relative_to(merged).as_posix()
        owner = _owner(package, known)
        if owner is not None:
            packages[owner].append(package)
    used = [known[path] for path in sorted(known) if packages[path]]
    lines: list[str] = []
    for module in used:
        lines.append(f"# {module.path} {module.version}")
        lines.append("## explicit" + (f"; go {module.go}" if module.go else ""))
        lines += packages[module.path]
    merged.rename(folder / "vendor")
    (folder / "vendor" / "modules.txt").write_text("\n".join(lines) + "\n")
    requires = "".join(f"\t{module.path} {module.version}\n" for module in used)
    (folder / "go.mod").write_text(f"module {name}\n\ngo {own_go}\n\nrequire (\n{requires})\n")
    (folder / "go.sum").unlink(missing_ok=True)
    (folder / "go.work").unlink(missing_ok=True)


def _identity(folder: Path) -> tuple[str, str]:
    """Import path and language version of a source package's own module."""
    file = folder / "go.mod"
    if file.is_file() and (path := read_mod(file).path):
        return path, _at_least(_go_line(file))
    control = folder / "debian" / "control"
    text = control.read_text("utf-8") if control.is_file() else ""
    found = re.search(r"^XS-Go-Import-Path:\s*([^\s,]+)", text, re.MULTILINE)
    return (found[1] if found else folder.name), _OLDEST


def _at_least(version: str | None) -> str:
    if version is None or [*map(int, version.split(".")[:2])] < [*map(int, _OLDEST.split("."))]:
        return _OLDEST
    return version


def _go_line(file: Path) -> str | None:
    if not file.is_file():
        return None
    found = _GO_LINE.search(file.read_text("utf-8"))
    return found[1] if found else None


def _is_part(path: str, name: str) -> bool:
    return path == name or path.startswith(f"{name}/")


def _owner(package: str, known: dict[str, Module]) -> str | None:
    parts = package.split("/")
    paths = ("/".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((path for path in paths if path in known), None)


def _walk(tree: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(tree, followlinks=False):
        place = Path(here)
        for name in sorted(folders):
            if (place / name).is_symlink():
                yield from _behind(place / name, tree)
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT)
        yield from (place / name for name in sorted(files))


def _behind(link: Path, tree: Path) -> Iterator[Path]:
    """The files of a folder that is there under a second name."""
    target = link.resolve()
    if target.is_relative_to(tree.resolve()) and target.is_dir():
        for path in sorted(target.rglob("*")):
            if path.is_file() and not _LEFT_OUT & set(path.relative_to(target).parts):
                yield link / path.relative_to(target)


def _followed(path: Path, root: Path) -> Path | None:
    """What `path` means inside `root`, the package's files: absolute links start there again."""
    for _ in range(8):
        if not path.is_symlink():
            return path
        target = path.readlink()
        path = root / target.relative_to("/") if target.is_absolute() else path.parent / target
    return None
