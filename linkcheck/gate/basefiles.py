"""Whether a base has a file, by what the catalog says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkcheck.images.observe import CA_FILES
from linkcheck.model.provides import UNKNOWN, MaybeUnknown

if TYPE_CHECKING:
    from linkcheck.images.resolve import ResolvedBase
    from linkcheck.model.provides import Provides

# Programs of busybox, as Alpine's and BusyBox's own images have them.
_BUSYBOX: Final = frozenset(
    {"sh", "ash", "cat", "env", "ls", "nc", "sleep", "test", "true", "wget"}
)
_CORE: Final = frozenset({"sh", "bash", "cat", "env", "ls", "sleep", "test", "true"})
_CORE_LACKS: Final = frozenset({"curl", "wget", "nc"})  # plain Debian, Ubuntu


def by_facts(provides: Provides, path: str) -> bool | MaybeUnknown | None:
    """What the catalog says of that very path; None where it says nothing."""
    if path == "/bin/sh":
        return UNKNOWN if provides.shell is UNKNOWN else provides.shell is not None
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
