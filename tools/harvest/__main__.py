"""`python -m tools.harvest COMMAND`: make the catalog's data, or check it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from linkcheck.images.catalog import load_catalog, tables

from . import bases, docs, fetch, gcompat, golang, regenerate
from .check import Agreement, check

DOCS = Path(__file__).parents[2] / "docs" / "bases.md"
GATE = Path(__file__).parents[2] / "linkcheck" / "gate"
GCOMPAT = GATE / "gcompat.txt"
GOLANG = Path(__file__).parents[2] / "linkcheck" / "images" / "golang_images.toml"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 1 means that the check found a difference."""
    options = _parser().parse_args(arguments)
    data: Path = tables.DATA
    match options.command:
        case "fetch":
            _, missing = fetch.fetch(options.folder)
            print("\n".join(missing) or "everything was served", file=sys.stderr)
        case "glibc":
            regenerate.glibc_tables(data, options.packages, options.source)
        case "alpine":
            regenerate.alpine_tables(data, options.archives, dict(options.newer))
        case "debian":
            regenerate.debian_inventory(data, dict(options.roots))
        case "runtimes":
            regenerate.runtime_table(data, options.repository, options.packages)
        case "golang":
            GOLANG.write_text(golang.table(options.repository), "utf-8")
        case "gcompat":
            GCOMPAT.write_text("\n".join([*gcompat.table(dict(options.releases)), ""]), "utf-8")
        case "bases":
            bases.compile_file(data)
            load_catalog.cache_clear()
            _write_docs()
        case "docs":
            _write_docs()
        case "check":
            return _check(options.roots, options.platform, options.all)
    return 0


def _write_docs() -> None:
    DOCS.parent.mkdir(exist_ok=True)
    DOCS.write_text(docs.text(load_catalog()), encoding="utf-8")


def _check(roots: list[tuple[str, Path]], platform: str, every: bool) -> int:
    total = Agreement()
    for name, root in roots:
        base = load_catalog().find(name)
        if base is None:
            print(f"{name}: not in the catalog", file=sys.stderr)
            return 2
        found = check(base, root, platform)
        print(f"{base.name}: {found.agreed.total()} of {found.asked.total()} facts agree")
        shown = found.differences if every else found.differences[:10]
        print("".join(f"  {line}\n" for line in shown), end="")
        total.asked += found.asked
        total.agreed += found.agreed
        total.untold += found.untold
    print("\n".join(total.lines()))
    return 0 if total.agreed == total.asked else 1


def _named(text: str) -> tuple[str, Path]:
    name, equals, folder = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text}: write NAME=FOLDER")
    return name, Path(folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.harvest", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("fetch", help="download and unpack Debian's libc6 and libgcc")
    one.add_argument("folder", type=Path)
    one = commands.add_parser("glibc", help="make glibc/*.txt")
    one.add_argument("packages", type=Path, help="a folder made by `fetch`")
    one.add_argument("source", type=Path, help="a git directory of glibc's source, with tags")
    one = commands.add_parser("alpine", help="make musl/*.txt and libraries/alpine*.txt")
    one.add_argument("archives", type=Path, help="unpacked minirootfs: RELEASE/ARCHITECTURE/")
    one.add_argument("newer", nargs="*", type=_named, metavar="RELEASE=ROOT")
    one = commands.add_parser("debian", help="make libraries/debian.txt")
    one.add_argument("roots", nargs="+", type=_named, metavar="BASE=ROOT")
    one = commands.add_parser("runtimes", help="make libraries/runtimes.txt")
    one.add_argument("repository", type=Path, help="a git directory of mayeut/pep600_compliance")
    one.add_argument("packages", type=Path, help="a folder made by `fetch`")
    one = commands.add_parser("golang", help="make linkcheck/images/golang_images.toml")
    one.add_argument("repository", type=Path, help="a git directory of docker-library/golang")
    one = commands.add_parser("gcompat", help="make linkcheck/gate/gcompat.txt")
    one.add_argument("releases", nargs="+", type=_named, metavar="RELEASE=FOLDER")
    commands.add_parser("bases", help="validate bases.toml; write bases.json and docs/bases.md")
    commands.add_parser("docs", help="write docs/bases.md")
    one = commands.add_parser("check", help="compare the catalog with real roots")
    one.add_argument("roots", nargs="+", type=_named, metavar="BASE=ROOT")
    one.add_argument("--platform", default="linux/amd64")
    one.add_argument("--all", action="store_true", help="print every difference")
    return parser


if __name__ == "__main__":
    sys.exit(main())
