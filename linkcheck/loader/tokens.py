"""Dynamic string tokens of search paths (ld.so(8); glibc `_dl_dst_substitute`)."""

from __future__ import annotations

import posixpath
import re
from typing import Final

_TOKEN: Final = re.compile(r"\$(?:\{(ORIGIN|LIB|PLATFORM)\}|(ORIGIN|LIB|PLATFORM)(?![A-Za-z0-9_]))")
_PLATFORM: Final = {"x32": "x86_64", "ppc64le": "power8", "s390x": "z900", "arm": "v7l"}


def expand(text: str, *, origin: str, lib: str, platform: str) -> str:
    """Replace $ORIGIN, $LIB and $PLATFORM; `origin` is the folder of the object that says it."""
    values = {
        "ORIGIN": origin,
        "LIB": lib,
        "PLATFORM": platform,
    }
    return _TOKEN.sub(lambda m: values[m[1] or m[2]], text)


def platform_token(machine_name: str, cpu: str | None) -> str:
    """What $PLATFORM is: glibc says "haswell" on x86 CPUs of level 3 (sysdeps/x86/cpu-features.c).

    Where the CPU is not told, level 3 is assumed, as for the hwcaps folders.
    """
    if machine_name == "x86_64" and cpu in (None, "x86-64-v3", "x86-64-v4"):
        return "haswell"
    return _PLATFORM.get(machine_name, machine_name)


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
