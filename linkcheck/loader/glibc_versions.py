"""Every version need against what the libraries define (`_dl_check_all_versions`, dl-version.c).

All failures are printed before the loader gives up; a weak need only warns; a library without
any Verdef is accepted; DT_RELR without its ABI version is refused since 2.36.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkcheck.loader.options import LoadOptions
from linkcheck.loader.outcome import Log
from linkcheck.model.facts import VersionNeed

if TYPE_CHECKING:
    from linkcheck.loader.glibc import Loaded, Namespace

RELR_NODE: Final = "GLIBC_ABI_DT_RELR"
RELR_RELEASE: Final = (2, 36)


def check(
    space: Namespace, release: tuple[int, int] | None, log: Log, options: LoadOptions
) -> bool:
    """Check all maps in load order; False where the loader gives up here."""
    before = len(log.refusals)
    for loaded in space.maps:
        for need in loaded.version_needs:
            _check_need(need, loaded, space, log, options)
        if loaded.has_relr:
            _check_relr(loaded, release, log, options)
    return len(log.refusals) == before


def _check_need(
    need: VersionNeed, by: Loaded, space: Namespace, log: Log, options: LoadOptions
) -> None:
    provider = space.named(need.library)
    if provider is None:
        if need.library in space.unknown:
            log.doubt(
                "symbol-version",
                f"{need.library} {need.version}",
                f"which versions its {need.library} defines is not known",
            )
        return
    if provider.version_nodes is None:
        log.note(f"{provider.name}: no version information available (required by {by.name})")
        return
    if need.version in provider.version_nodes:
        return
    if need.weak:
        log.note(
            f"{options.program}: {provider.name}: weak version `{need.version}' not found "
            f"(required by {by.name})"
        )
        return
    log.refuse(
        "symbol-version",
        f"{need.library} {need.version}",
        f"its {need.library} does not define {need.version} (required by {by.name})",
        f"{options.program}: {provider.name}: version `{need.version}' not found "
        f"(required by {by.name})",
    )


def _check_relr(
    by: Loaded, release: tuple[int, int] | None, log: Log, options: LoadOptions
) -> None:
    declared = any(n.version == RELR_NODE for n in by.version_needs)
    on_libc = any(n.library.startswith("libc.so.") for n in by.version_needs)
    if declared or release is None:
        return
    if release < RELR_RELEASE:
        log.refuse(
            "symbol-version",
            "DT_RELR",
            f"{by.name} has packed relocations (DT_RELR) and glibc {release[0]}.{release[1]} "
            "does not know them: it would crash",
            None,
        )
    elif on_libc:
        log.refuse(
            "symbol-version",
            "DT_RELR",
            f"{by.name} has packed relocations (DT_RELR) without the version {RELR_NODE}",
            f"{options.program}: error while loading shared libraries: {by.name}: "
            f"DT_RELR without {RELR_NODE} dependency",
        )
