"""Which packages the files of a root belong to, and under which licence they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from linkcheck.images.root import Entry, NoEntry, Root
from linkcheck.model.bundle import Licence

_INFO: Final = "/var/lib/dpkg/info"
_STATUS: Final = "/var/lib/dpkg/status"
_STATUS_FOLDER: Final = "/var/lib/dpkg/status.d"  # distroless: a file a package
_APK: Final = ("/lib/apk/db/installed", "/usr/lib/apk/db/installed")
_MAX_DATABASE: Final = 64 << 20
_MAX_LIST: Final = 4 << 20


def licences_of(root: Root, paths: Iterable[str]) -> tuple[tuple[Licence, ...], tuple[str, ...]]:
    """The licences of the packages that `paths` belong to, and the paths that belong to none."""
    wanted = {spelling: path for path in paths for spelling in _spellings(path)}
    found: dict[str, Licence] = {}
    owned: set[str] = set()
    for licence, files in (*_dpkg(root), *_apk(root)):
        mine = {wanted[file] for file in files if file in wanted}
        if mine:
            found[licence.package] = licence
            owned |= mine
    homeless = tuple(path for path in dict.fromkeys(wanted.values()) if path not in owned)
    return tuple(found[name] for name in sorted(found)), homeless


def _spellings(path: str) -> Iterator[str]:
    """Packages of before the /usr merge list /lib/libc.so.6 for what lies in /usr/lib."""
    yield path
    if path.startswith("/usr/"):
        yield path.removeprefix("/usr")


def _dpkg(root: Root) -> Iterator[tuple[Licence, Iterable[str]]]:
    versions = dict(_versions(root))
    for name in root.names(_INFO):
        if name.endswith(".list"):
            package = name.removesuffix(".list").split(":")[0]
            files = _text(root, f"{_INFO}/{name}", _MAX_LIST).split("\n")
            yield _debian(root, package, versions), files
    for name in root.names(_STATUS_FOLDER):
        if name.endswith(".md5sums"):
            listed = _text(root, f"{_STATUS_FOLDER}/{name}", _MAX_LIST).split("\n")
            files = ["/" + line[34:] for line in listed if len(line) > 34]
            yield _debian(root, name.removesuffix(".md5sums"), versions), files


def _debian(root: Root, package: str, versions: Mapping[str, str]) -> Licence:
    path = f"/usr/share/doc/{package}/copyright"
    text = path if isinstance(root.entry(path), Entry) else "not in the root"
    return Licence(package, versions.get(package, "unknown"), text)


def _versions(root: Root) -> Iterator[tuple[str, str]]:
    texts = [_text(root, _STATUS, _MAX_DATABASE)]
    texts += [
        _text(root, f"{_STATUS_FOLDER}/{name}", _MAX_LIST)
        for name in root.names(_STATUS_FOLDER)
        if not name.endswith(".md5sums")
    ]
    for text in texts:
        package = ""
        for line in text.split("\n"):
            if line.startswith("Package: "):
                package = line.removeprefix("Package: ").strip()
            elif line.startswith("Version: ") and package:
                yield package, line.removeprefix("Version: ").strip()


def _apk(root: Root) -> Iterator[tuple[Licence, Iterable[str]]]:
    """The format of apk-tools' database: P, V, L for the package, F a folder, R a file in it."""
    for database in _APK:
        for block in _text(root, database, _MAX_DATABASE).split("\n\n"):
            fields = [(line[0], line[2:]) for line in block.split("\n") if line[1:2] == ":"]
            about = dict(reversed(fields))
            files: list[str] = []
            folder = ""
            for key, value in fields:
                if key == "F":
                    folder = value
                elif key == "R":
                    files.append(f"/{folder}/{value}" if folder else f"/{value}")
            if "P" in about:
                yield (
                    Licence(about["P"], about.get("V", "unknown"), about.get("L", "unknown")),
                    files,
                )


def _text(root: Root, path: str, limit: int) -> str:
    raw = root.read(path, limit)
    return "" if isinstance(raw, NoEntry) else raw.decode("utf-8", "replace")
