"""Whether a base has a file: by its own files where these are at hand, else by the catalog."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from linkcheck.gate.golang import golang_image
from linkcheck.images.observe import CA_FILES
from linkcheck.images.root import NoEntry, Root
from linkcheck.model.library import Missing
from linkcheck.model.provides import UNKNOWN, MaybeUnknown

if TYPE_CHECKING:
    from linkcheck.images.resolve import ResolvedBase
    from linkcheck.model.provides import Provides

SYSTEM: Final = ("/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/libexec/")
# Folders of a distribution's image in which the catalog does not list every file.
OPEN: Final = (*SYSTEM, "/lib/", "/lib64/", "/etc/", "/usr/share/", "/var/", "/usr/lib64/")

# Programs of busybox, as Alpine's and BusyBox's own images have them.
_BUSYBOX: Final = frozenset(
    {"sh", "ash", "cat", "env", "ls", "nc", "sleep", "test", "true", "wget"}
)
_CORE: Final = frozenset({"sh", "bash", "cat", "env", "ls", "sleep", "test", "true"})
_CORE_LACKS: Final = frozenset({"curl", "wget", "nc"})  # plain Debian, Ubuntu


def base_has(base: ResolvedBase, path: str, platform: str) -> bool | MaybeUnknown:
    """Whether there is something at `path` (absolute) in the base, before anything is added."""
    if base.image.name == "scratch":
        return False
    root: Root | None = getattr(base, "root", None)
    if root is not None:
        entry = root.entry(path)
        return (UNKNOWN if entry.hidden else False) if isinstance(entry, NoEntry) else True
    known = _by_facts(base.image.provides, path)
    if known is not None:
        return known
    folder, name = posixpath.split(path)
    if ".so" in name and path.startswith(("/lib", "/usr/lib")):
        return _library(base, path, platform)
    own = _own_folder(base.image.provides)
    if own:  # distroless' debug images: BusyBox alone, in a folder of its own
        if folder == own:
            return True if name in _BUSYBOX else UNKNOWN
        return UNKNOWN if path.startswith(OPEN) and not path.startswith(SYSTEM) else False
    if path.startswith(SYSTEM):
        return program_of(base, name)
    if golang_image(base.image.ref) and path.startswith(("/usr/local/", "/go/")):
        return UNKNOWN
    return UNKNOWN if path.startswith(OPEN) else False


def _library(base: ResolvedBase, path: str, platform: str) -> bool | MaybeUnknown:
    view = base.view(platform)
    if view is None:
        return UNKNOWN
    found = view.open(path)
    return UNKNOWN if found is UNKNOWN else not isinstance(found, Missing)


def _own_folder(provides: Provides) -> str:
    """The folder of the shell where it is none that distributions have; "" for all others."""
    shell = provides.shell
    folder = posixpath.dirname(shell) if isinstance(shell, str) else ""
    return "" if f"{folder}/" in SYSTEM else folder


def _by_facts(provides: Provides, path: str) -> bool | MaybeUnknown | None:
    """What the catalog says of that very path; None where it says nothing."""
    if path == "/bin/sh":
        return UNKNOWN if provides.shell is UNKNOWN else provides.shell == path
    if path == "/etc/passwd":
        return UNKNOWN if provides.users is UNKNOWN else bool(provides.users)
    if path == "/tmp":
        return UNKNOWN if provides.tmp is UNKNOWN else provides.tmp is not None
    if path in CA_FILES:
        if provides.ca_bundle is UNKNOWN:
            return UNKNOWN
        return True if provides.ca_bundle == path else None if provides.ca_bundle else False
    if path.startswith("/usr/share/zoneinfo"):
        return UNKNOWN if provides.tzdata is UNKNOWN else provides.tzdata is not None
    return None


def program_of(base: ResolvedBase, name: str) -> bool | MaybeUnknown:
    """Whether the base has the program `name` in one of its folders for programs."""
    shell = base.image.provides.shell
    distribution = base.image.name.partition(":")[0]
    if shell is None:
        return False
    if distribution in ("alpine", "busybox"):
        return True if name in _BUSYBOX else False if name in ("curl", "bash") else UNKNOWN
    if name in _CORE:
        return True
    return False if distribution in ("debian", "ubuntu") and name in _CORE_LACKS else UNKNOWN
