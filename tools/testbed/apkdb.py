"""The database of apk, Alpine's package manager: which package installed which file, and its sum.

The database is text, `lib/apk/db/installed`: a paragraph a package, a line a field, one letter
before the colon. Folders (F) hold files (R); a mode (M, a) or checksum (Z) belongs to the line
before it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

DATABASE = "lib/apk/db/installed"


@dataclass(slots=True)
class Package:
    """One installed package: the text that tells of it, its folders and its files."""

    text: str
    name: str = ""
    version: str = ""
    folders: dict[str, int] = field(default_factory=dict)  # path -> mode
    files: dict[str, str] = field(default_factory=dict)  # path -> checksum
    modes: dict[str, int] = field(default_factory=dict)  # path of a file -> mode, if not 0644


def read(root: Path) -> list[Package]:
    """Read the packages that a root file system says it has."""
    paragraphs = (root / DATABASE).read_text().split("\n\n")
    return [_parse(paragraph) for paragraph in paragraphs if paragraph.strip()]


def write(root: Path, packages: Iterable[Package]) -> None:
    """Give a root file system a database of these packages alone."""
    path = root / DATABASE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(package.text.strip() + "\n\n" for package in packages))


def checksum(content: bytes) -> str:
    """Return a file's sum as the database writes it."""
    return "Q1" + base64.b64encode(hashlib.sha1(content).digest()).decode()


def _parse(paragraph: str) -> Package:
    package = Package(text=paragraph)
    folder = file = ""
    for line in paragraph.splitlines():
        letter, _, value = line.partition(":")
        match letter:
            case "P":
                package.name = value
            case "V":
                package.version = value
            case "F":
                folder = value
                package.folders[folder] = 0o755
            case "M":
                package.folders[folder] = _mode(value)
            case "R":
                file = f"{folder}/{value}".lstrip("/")
                package.files[file] = ""
            case "a":
                package.modes[file] = _mode(value)
            case "Z":
                package.files[file] = value
    return package


def _mode(value: str) -> int:
    """Read the mode out of "owner:group:mode"."""
    return int(value.split(":")[2], 8)
