"""Every version need against what the libraries define (`_dl_check_all_versions`, dl-version.c).

All failures are printed before the loader gives up; a weak need only warns; a library without
any Verdef is accepted with a warning; DT_RELR without its ABI version is refused since 2.36.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkcheck.loader.options import LoadOptions
from linkcheck.loader.outcome import Log
from linkcheck.model.facts import VersionNeed

if TYPE_CHECKING:
    from linkcheck.loader.link_maps import Loaded, Namespace

RELR_NODE: Final = "GLIBC_ABI_DT_RELR"
RELR_RELEASE: Final = (2, 36)
# the line of the assertion in `_dl_check_map_versions`, which stands in the message
_ASSERT_LINES: Final = (((2, 35), 204), ((2, 27), 205))


def check(
    space: Namespace, release: tuple[int, int] | None, log: Log, options: LoadOptions
) -> bool:
    """Check all maps in load order; False where the loader gives up here."""
    before = len(log.refusals)
    for loaded in space.maps:
        for need in loaded.version_needs:
            if not _check_need(need, loaded, space, release, log, options):
                return False
        if loaded.has_relr and not _check_relr(loaded, release, log, options):
            return False
    return len(log.refusals) == before


def _check_need(
    need: VersionNeed,
    by: Loaded,
    space: Namespace,
    release: tuple[int, int] | None,
    log: Log,
    options: LoadOptions,
) -> bool:
    """Write down what is wrong; False where the loader dies on the spot."""
    provider = space.named(need.library)
    value = f"{need.library} {need.version}"
    if provider is None:
        if need.library in space.unknown:
            log.doubt(
                "symbol-version",
                value,
                f"which versions its {need.library} defines is not known",
            )
            return True
        log.refuse(
            "symbol-version",
            value,
            f"{by.name} wants {need.version} of {need.library}, which nothing loads",
            _assertion(release),
        )
        return False
    if provider.version_nodes is None:
        log.warn(
            f"{options.program}: {provider.name}: no version information available "
            f"(required by {by.name})"
        )
    elif need.version in provider.version_nodes:
        pass
    elif need.weak:
        log.warn(
            f"{options.program}: {provider.name}: weak version `{need.version}' not found "
            f"(required by {by.name})"
        )
    else:
        log.refuse(
            "symbol-version",
            value,
            f"its {need.library} does not define {need.version} (required by {by.name})",
            f"{options.program}: {provider.name}: version `{need.version}' not found "
            f"(required by {by.name})",
        )
    return True


def _assertion(release: tuple[int, int] | None) -> str | None:
    line = next((n for r, n in _ASSERT_LINES if release is not None and release >= r), None)
    if line is None:
        return None
    return (
        f"Inconsistency detected by ld.so: dl-version.c: {line}: _dl_check_map_versions: "
        "Assertion `needed != NULL' failed!"
    )


def _check_relr(
    by: Loaded, release: tuple[int, int] | None, log: Log, options: LoadOptions
) -> bool:
    if release is None or any(n.version == RELR_NODE for n in by.version_needs):
        return True
    if release < RELR_RELEASE:
        log.refuse(
            "symbol-version",
            "DT_RELR",
            f"{by.name} has packed relocations (DT_RELR) and glibc {release[0]}.{release[1]} "
            "does not know them: it would crash",
            None,
        )
        return True
    if by.version_needs and any(n.startswith("libc.so.") for n in by.needed):
        log.refuse(
            "symbol-version",
            "DT_RELR",
            f"{by.name} has packed relocations (DT_RELR) without the version {RELR_NODE}",
            f"{options.program}: error while loading shared libraries: {by.name}: "
            f"DT_RELR without {RELR_NODE} dependency",
        )
        return False
    return True
