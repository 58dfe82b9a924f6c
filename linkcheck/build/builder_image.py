"""Which golang image builds: the one asked for, else the usual one, else one that is here."""

from __future__ import annotations

import re
from collections.abc import Callable

from linkcheck.engine.engine import Engine, Image
from linkcheck.errors import MissingToolError

REPOSITORY = "golang"
_NUMBERS = re.compile(r"[0-9]+")


def default_ref(go: str | None = None) -> str:
    """The official image for Go release `go` ("1.27"), or for the newest one.

    Debian's, as it has a C compiler; Debian 12's, as its glibc 2.36 is one that programs
    can be moved on from: the newest release's would bind them to the newest bases.
    """
    return f"{REPOSITORY}:{go}-bookworm" if go else f"{REPOSITORY}:bookworm"


def builder_image(
    engine: Engine, ref: str | None, go: str | None, progress: Callable[[str], None]
) -> Image:
    """The image to build in, pulled if need be.

    Where neither `ref` nor `go` was asked for and the usual image can't be had, the newest
    golang image that the engine holds will do.
    Raises MissingToolError when there is none.
    """
    wanted = ref or default_ref(go)
    for candidate in (wanted,) if ref or not go else _of_release(go):
        if found := engine.image(candidate):
            return found
    try:
        engine.pull(wanted, progress)
    except MissingToolError as error:
        if ref is None and go is None and (other := _newest_here(engine)):
            progress(f"{error}; taking {other.ref}, which is here")
            return other
        cause = f": {error.message.partition(': ')[2][:300]}" if ref else ""
        raise MissingToolError(
            f"Docker Engine answers but {wanted} is neither here nor can it be pulled{cause}",
            next_step="name an image that is here with --image, or build with --builder local",
        ) from error
    if found := engine.image(wanted):
        return found
    raise MissingToolError(f"{wanted} was pulled, but Docker Engine does not have it")


def _of_release(go: str) -> tuple[str, ...]:
    """The official images of one release; Alpine's last, as they have no C compiler."""
    return default_ref(go), f"{REPOSITORY}:{go}", f"{REPOSITORY}:{go}-alpine"


def _newest_here(engine: Engine) -> Image | None:
    """The golang image with the highest version; Debian's before Alpine's, which lack gcc."""
    refs = engine.image_refs(REPOSITORY)
    best = max(refs, key=_rank, default=None)
    return engine.image(best) if best else None


def _rank(ref: str) -> tuple[bool, tuple[int, ...], str]:
    tag = ref.rpartition(":")[2]
    version = tuple(int(part) for part in _NUMBERS.findall(tag.partition("-")[0]))
    return "alpine" not in tag, version, ref
