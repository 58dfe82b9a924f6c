"""Bundle real programs and fixtures, and compare their answers: `python -m tools.bundles`.

For each program and each real root where it runs: it is started in that root, in the bundle, and
in a copy of what `ldd` lists; the three answers are compared, and the sizes are measured. Exit
code 1 where a bundle answers other than the root.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from linkcheck.errors import LinkcheckError
from linkcheck.images.root import DirRoot, Entry
from linkcheck.pipeline.bundle import Request, bundle
from linkcheck.run.bubblewrap import start_in_root
from linkcheck.run.observation import Observation
from linkcheck.ship.plan import Wanted
from tools.testbed import cache

PROGRAMS = {
    "bookworm": (
        "caddy", "gh", "restic", "prometheus", "promtool", "runc", "dockerd", "docker", "podman",
        "skopeo", "rclone", "hugo", "buildah", "containerd", "age", "nats-server", "syncthing",
        "umoci", "fscrypt", "gocryptfs", "lego", "micro",
    ),
    "trixie": (
        "caddy", "gh", "restic", "runc", "dockerd", "podman", "skopeo", "buildah", "age", "cosign",
        "nats-server", "syncthing", "umoci", "lego", "minio-client", "glow", "micro",
    ),
}  # fmt: skip
ROOTS = {"bookworm": ("debian-12", "debian-13"), "trixie": ("debian-13",)}
FIXTURES = ("default", "external", "pie", "race", "stripped", "bind-now", "static-glibc")
ARGUMENTS = {"caddy": ("version",), "restic": ("version",), "hugo": ("version",),
             "rclone": ("version",)}  # fmt: skip
# what no file says: which library it opens, that it reads these files to tell its system's name,
# and the names of localhost, which a container runtime tells
ALSO = {
    "rclone": ("/etc/os-release", "/etc/debian_version"),
    "dlopen": ("libm.so.6",),
    "dnslookup/musl": ("/etc/hosts",),
}
SECONDS = 3.0


class Row(NamedTuple):
    """One program from one root: bytes and answers."""

    name: str
    root: str
    size: int  # of the whole bundle
    extra: int  # without the program
    files: int
    full: str
    bundled: str
    by_ldd: str
    ldd_size: int

    @property
    def same(self) -> bool:
        """Whether the bundle answers as the root does."""
        return self.full == self.bundled


def main(arguments: list[str]) -> int:
    """Print a line a program and what came of all; the exit code."""
    parser = argparse.ArgumentParser(prog="tools.bundles", description=__doc__)
    parser.add_argument("--json", type=Path, help="write all rows there")
    parser.add_argument("--only", default="", help="programs whose name holds this")
    options = parser.parse_args(arguments)
    rows: list[Row] = []
    refused = 0
    for name, program, root, asked in _cases():
        if options.only not in name:
            continue
        try:
            row = _tried(name, program, root, asked)
        except LinkcheckError as error:
            refused += 1
            print(f"{name:28} {root.name:10} no bundle: {error.message[:150]}", flush=True)
            continue
        rows.append(row)
        ldd = "same" if row.by_ldd == row.full else "DIFFERS"
        mark = "same" if row.same else f"DIFFERS: {row.full!r} / {row.bundled!r}"
        print(
            f"{name:28} {root.name:10} {row.size / 1e6:7.1f} MB (+{row.extra / 1e6:5.1f}) "
            f"{row.files:4} files  ldd copy +{row.ldd_size / 1e6:5.1f} MB {ldd:8} bundle {mark}",
            flush=True,
        )
    if options.json:
        options.json.write_text(json.dumps([row._asdict() for row in rows], indent=1) + "\n")
    same = sum(row.same for row in rows)
    by_ldd = sum(row.by_ldd == row.full for row in rows)
    print(f"{same} of {len(rows)} bundles answer as the root does; of copies by ldd {by_ldd};")
    print(f"{refused} programs do not start in that root at all")
    return 0 if rows and same == len(rows) else 1


def _cases() -> Iterator[tuple[str, Path, Path, tuple[str, ...]]]:
    home = cache.root()
    known = json.loads((home / "programs" / "index.json").read_text())
    for suite, names in PROGRAMS.items():
        for name in names:
            found = [p for p in known if p["suite"] == suite and Path(p["path"]).name == name]
            for root in ROOTS[suite] if found else ():
                asked = ARGUMENTS.get(name, ("--version",))
                yield f"{suite}/{name}", Path(found[0]["path"]), home / "roots" / root, asked
    for program in sorted((home / "fixtures").iterdir()):
        name, _, rest = program.name.partition("-")
        recipe = rest.rpartition("-")[0]
        if name == "dlopen" and "static" in recipe:
            continue  # static glibc opens libraries of its very release alone: none is bundled
        if program.is_file() and program.suffix != ".failed" and recipe in FIXTURES:
            for root in ("debian-12", "debian-13"):
                yield f"{name}/{recipe}", program, home / "roots" / root, ()
        elif program.is_file() and recipe == "musl":
            yield f"{name}/{recipe}", program, home / "roots" / "alpine-3.23", ()


def _tried(name: str, program: Path, root: Path, asked: tuple[str, ...]) -> Row:
    with tempfile.TemporaryDirectory() as holder:
        output = Path(holder) / "bundle"
        also = next((what for key, what in ALSO.items() if key in name), ())
        request = Request(program, (f"dir:{root}",), str(output), Wanted(also), verify=False)
        made = bundle(request, {})
        copy = Path(holder) / "copy"
        _copy_by_ldd(program, root, copy)
        return Row(
            name=name,
            root=root.name,
            size=made.size,
            extra=made.size - program.stat().st_size,
            files=sum(piece.kind == "file" for piece in made.pieces),
            full=_answer(start_in_root(root, program, asked, seconds=SECONDS)),
            bundled=_answer(start_in_root(output, output / "app", asked, seconds=SECONDS)),
            by_ldd=_answer(start_in_root(copy, program, asked, seconds=SECONDS)),
            ldd_size=sum(p.stat().st_size for p in copy.rglob("*") if p.is_file()),
        )


def _copy_by_ldd(program: Path, root: Path, copy: Path) -> None:
    """What the usual recipe does: the files that ldd lists, to the same places."""
    copy.mkdir()
    sandbox = ["bwrap", "--unshare-all", "--ro-bind", str(root), "/", "--tmpfs", "/tmp"]
    sandbox += ["--ro-bind", str(program), "/tmp/app", "--dev", "/dev"]
    done = subprocess.run(
        [*sandbox, "/usr/bin/ldd", "/tmp/app"], capture_output=True, text=True, check=False
    )
    inside = DirRoot(root)
    for word in done.stdout.split():
        entry = inside.entry(word) if word.startswith("/") else None
        if isinstance(entry, Entry) and entry.kind == "file":
            target = copy / word.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / entry.path.lstrip("/"), target)


def _answer(seen: Observation) -> str:
    text = seen.refusal if seen.outcome == "refused" else seen.output
    return f"{seen.outcome} {seen.exit_code} {_steady(text)}"


def _steady(text: str) -> str:
    """The text without what differs from run to run: times, addresses, ports, random names."""
    return re.sub(r"[0-9]+|0x[0-9a-f]+", "N", " | ".join(text.strip().splitlines()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
