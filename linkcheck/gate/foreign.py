"""Programs copied out of another image whose loader stayed behind.

    COPY --from=alpine:3.23 /bin/busybox /bin/busybox

On distroless/static that starts with no `/lib/ld-musl-x86_64.so.1` to start it.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from linkcheck.gate.basefiles import program_of
from linkcheck.gate.origins import Origin, origin_of
from linkcheck.gate.packages import has_program
from linkcheck.images.catalog.platforms import PLATFORMS
from linkcheck.model.library import Missing
from linkcheck.rules.stage import Foreign

if TYPE_CHECKING:
    from linkcheck.gate.contents import Contents
    from linkcheck.images.resolve import ResolvedBase
    from linkcheck.model.library import LibraryView
    from linkcheck.model.stageimage import StageImage

_FOLDERS: Final = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/sbin"})
# what distributions link dynamically; a package may hold a static program (dumb-init, tini-static)
_DYNAMIC: Final = frozenset({"bash", "curl", "nc", "su-exec", "tini", "wget"})


def foreign_program(
    contents: Contents, image: StageImage, path: str, view: LibraryView, platform: str
) -> Foreign | None:
    """The program that surely was copied to `path` without its loader; None for all others.

    `view` are the libraries of the finished image.
    """
    machine = PLATFORMS.get(platform)
    copied = contents.copied_to(image, path)
    if machine is None or copied is None:
        return None
    origin = origin_of(contents, copied, path)
    base = contents.base(origin.ref) if origin.copied.origin in ("stage", "image") else ""
    if isinstance(base, str) or not _is_dynamic(base, origin):
        return None
    loader = machine.musl_loader if base.image.provides.libc == "musl" else machine.loader
    return Foreign(origin.ref, loader) if isinstance(view.open(loader), Missing) else None


def _is_dynamic(base: ResolvedBase, origin: Origin) -> bool:
    """Whether it is surely linked dynamically: of the base itself, or of a known package."""
    folder, name = posixpath.split(origin.path)
    distribution = base.image.name.partition(":")[0]
    if folder not in _FOLDERS or base.image.provides.libc not in ("glibc", "musl"):
        return False
    if distribution == "busybox":
        return False
    if (distribution, name) == ("alpine", "busybox") or program_of(base, name) is True:
        return True
    installed = origin.stage.installed if origin.stage else ()
    return name in _DYNAMIC and has_program(installed, name) is True
