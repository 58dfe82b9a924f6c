"""Programs copied out of another image whose loader stayed behind.

    COPY --from=alpine:3.23 /bin/busybox /bin/busybox

On distroless/static that starts with no `/lib/ld-musl-x86_64.so.1` to start it.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from linkcheck.gate.basefiles import program_of
from linkcheck.gate.brought import source_of
from linkcheck.gate.packages import has_program
from linkcheck.images.catalog.platforms import PLATFORMS
from linkcheck.model.library import Missing
from linkcheck.rules.stage import Foreign

if TYPE_CHECKING:
    from linkcheck.gate.contents import Contents
    from linkcheck.images.resolve import ResolvedBase
    from linkcheck.model.library import LibraryView
    from linkcheck.model.stageimage import Copied, Installed, StageImage

_FOLDERS: Final = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/sbin"})
# what distributions link dynamically; a package may hold a static program (dumb-init, tini-static)
_DYNAMIC: Final = frozenset({"bash", "curl", "nc", "su-exec", "tini", "wget"})
_STATIC: Final = frozenset({"ldconfig", "sln"})
_MAX_STEPS: Final = 40


def foreign_program(
    contents: Contents, image: StageImage, path: str, view: LibraryView, platform: str
) -> Foreign | None:
    """The program that surely was copied to `path` without its loader; None for all others.

    `view` are the libraries of the finished image.
    """
    machine = PLATFORMS.get(platform)
    found = _origin(contents, image, path)
    if machine is None or found is None:
        return None
    ref, base = found
    loader = machine.musl_loader if base.image.provides.libc == "musl" else machine.loader
    return Foreign(ref, loader) if isinstance(view.open(loader), Missing) else None


def _origin(contents: Contents, image: StageImage, path: str) -> tuple[str, ResolvedBase] | None:
    """The base that the program at `path` belongs to, where it is copied and dynamically linked."""
    ref, source = "", path
    installed: tuple[Installed, ...] = ()
    stage: StageImage | None = image
    for _ in range(_MAX_STEPS):
        copied: Copied | None = contents.copied_to(stage, source) if stage is not None else None
        if copied is None:
            break
        if copied.origin not in ("stage", "image"):
            return None
        source = source_of(copied, source)
        stage = contents.image(copied.stage) if copied.stage is not None else None
        ref = stage.base.ref if stage is not None else copied.image
        installed = stage.installed if stage is not None else ()
    if not ref:
        return None
    base = contents.base(ref)
    if isinstance(base, str) or not _is_dynamic(base, installed, source):
        return None
    return ref, base


def _is_dynamic(base: ResolvedBase, installed: tuple[Installed, ...], path: str) -> bool:
    folder, name = posixpath.split(path)
    distribution = base.image.name.partition(":")[0]
    if folder not in _FOLDERS or base.image.provides.libc not in ("glibc", "musl"):
        return False
    if distribution == "busybox" or name in _STATIC:
        return False
    own = name == "busybox" if distribution == "alpine" else False
    own = own or program_of(base, name) is True
    return own or (name in _DYNAMIC and has_program(installed, name) is True)
