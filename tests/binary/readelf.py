"""What binutils' readelf says of a program, in the shape of ElfFacts."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Said:
    """readelf's word, field by field."""

    kind: str  # EXEC or DYN
    interpreter: str | None
    needed: tuple[str, ...]
    soname: str | None
    rpath: str | None
    runpath: str | None
    bind_now: bool
    has_relr: bool
    exec_stack: bool | None
    has_relro: bool
    build_id: str | None
    version_needs: frozenset[tuple[str, str, bool]]
    undefined: frozenset[tuple[str, str | None, bool]]  # name, version, weak: by relocations
    exported: frozenset[str]


def _run(*arguments: str) -> str:
    done = subprocess.run(
        ["readelf", "-W", *arguments], capture_output=True, text=True, check=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    return done.stdout


def ask(path: Path) -> Said:
    """Everything that readelf tells of `path` by its section or dynamic tables."""
    headers, dynamic = _run("-hl", str(path)), _run("-d", str(path))
    stack = re.search(r"GNU_STACK\s+(?:0x\w+\s+){5}([RWE ]{3})", headers)
    interpreter = re.search(r"Requesting program interpreter: ([^\]]+)\]", headers)
    kind = re.search(r"Type:\s+(\w+)", headers)
    build_id = re.search(r"Build ID: (\w+)", _run("-n", str(path)))

    def tag(name: str) -> str | None:
        found = re.search(rf"\({name}\).*\[([^\]]*)\]", dynamic)
        return found[1] if found else None

    return Said(
        kind=kind[1] if kind else "",
        interpreter=interpreter[1] if interpreter else None,
        needed=tuple(re.findall(r"\(NEEDED\).*\[([^\]]*)\]", dynamic)),
        soname=tag("SONAME"),
        rpath=tag("RPATH"),
        runpath=tag("RUNPATH"),
        bind_now=bool(re.search(r"\(BIND_NOW\)|\(FLAGS\).*BIND_NOW|\(FLAGS_1\).*NOW", dynamic)),
        has_relr="(RELR)" in dynamic,
        exec_stack="E" in stack[1] if stack else None,
        has_relro="GNU_RELRO" in headers,
        build_id=build_id[1] if build_id else None,
        version_needs=_version_needs(_run("-V", str(path))),
        undefined=_undefined(path),
        exported=_exported(_run("--dyn-syms", str(path))),
    )


def _version_needs(text: str) -> frozenset[tuple[str, str, bool]]:
    found, library = set(), ""
    for line in text.splitlines():
        if match := re.search(r"Version: 1\s+File: (\S+)", line):
            library = match[1]
        elif match := re.search(r"Name: (\S+)\s+Flags: (\S.*?)\s+Version: \d+", line):
            found.add((library, match[1], "WEAK" in match[2]))
    return frozenset(found)


def _undefined(path: Path) -> frozenset[tuple[str, str | None, bool]]:
    """The undefined symbols of .dynsym that a relocation names."""
    relocation = re.compile(r"^[0-9a-f]+\s+[0-9a-f]+ R_\S+\s+[0-9a-f]+ (\S+)", re.MULTILINE)
    named = set(relocation.findall(_run("-r", str(path))))
    found = set()
    for line in _run("--dyn-syms", str(path)).splitlines():
        fields = line.split()
        if len(fields) >= 8 and fields[0][:-1].isdigit() and fields[6] == "UND":
            name, _, version = fields[7].partition("@")
            if {fields[7], name} & named:
                found.add((name, version or None, fields[4] == "WEAK"))
    return frozenset(found)


def _exported(text: str) -> frozenset[str]:
    return frozenset(
        f[7].partition("@")[0]
        for f in map(str.split, text.splitlines())
        if len(f) >= 8 and f[0][:-1].isdigit() and f[6] != "UND" and f[4] != "LOCAL"
    )
