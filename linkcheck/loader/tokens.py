"""Dynamic string tokens of search paths (ld.so(8); glibc `_dl_dst_substitute`)."""

from __future__ import annotations

import posixpath
import re
from typing import Final

_TOKEN: Final = re.compile(r"\$(?:\{(ORIGIN|LIB|PLATFORM)\}|(ORIGIN|LIB|PLATFORM)(?![A-Za-z0-9_]))")
_PLATFORM: Final = {"x32": "x86_64", "ppc64le": "power8", "s390x": "z900", "arm": "v7l"}


def expand(text: str, *, origin: str, lib: str, machine_name: str) -> str:
    """Replace $ORIGIN, $LIB and $PLATFORM; `origin` is the folder of the object that says it."""
    values = {
        "ORIGIN": origin,
        "LIB": lib,
        "PLATFORM": _PLATFORM.get(machine_name, machine_name),
    }
    return _TOKEN.sub(lambda m: values[m[1] or m[2]], text)


def lib_token(system_dirs: tuple[str, ...]) -> str:
    """What $LIB is: the first system folder without its slash ("lib/x86_64-linux-gnu", "lib64")."""
    for folder in system_dirs:
        name = folder.lstrip("/").removeprefix("usr/")
        if name.startswith("lib"):
            return name
    return "lib"


def folder_of(path: str) -> str:
    """The folder of a path, "/" for one in the root."""
    return posixpath.dirname(path) or "/"
