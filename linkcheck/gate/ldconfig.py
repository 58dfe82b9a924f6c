"""`RUN ldconfig` in a stage: the folders whose libraries the loader then finds by its cache."""

from __future__ import annotations

import posixpath
from typing import Final

from linkcheck.model.library import LibraryView, SharedObject
from linkcheck.model.stageimage import Ran, StageImage

_CONF: Final = "/etc/ld.so.conf"
# /etc/ld.so.conf.d/ of Debian's and Ubuntu's libc-bin and libc6; EL and Fedora have no such files
_LOCAL: Final = "/usr/local/lib"
_DEBIAN: Final = ("debian:", "ubuntu:", "debian/", "ubuntu/")


def cached_folders(stage: StageImage, base: str, view: LibraryView) -> tuple[str, ...]:
    """The folders beside the loader's own, in which `ldconfig` looks; () where none runs.

    Those of `ldconfig FOLDER`, those that an `echo FOLDER > /etc/ld.so.conf.d/...` adds, and those
    of the base, whose name or own files tell them.
    """
    ends = [at for at, ran in enumerate(stage.ran) if _is_ldconfig(ran)]
    if not ends:
        return ()
    own = [_LOCAL] if base.startswith(_DEBIAN) or _has_local(view) else []
    folders = [*own, *(f for ran in stage.ran[: ends[-1]] for f in _configured(ran))]
    for at in ends:
        folders += [word for word in stage.ran[at].words[1:] if word.startswith("/")]
    for folder in own:  # of the base's own architecture: x86_64-linux-gnu
        triplets = {posixpath.basename(d) for d in _system(view) if d.count("/") > 1}
        folders += [f"{folder}/{name}" for name in sorted(triplets) if "-linux-" in name]
    return tuple(dict.fromkeys(folder.rstrip("/") for folder in folders))


def last_line(stage: StageImage) -> int:
    """The line of the last `ldconfig`: what is copied later is not in the cache. 0 for none."""
    return max((ran.at.line for ran in stage.ran if _is_ldconfig(ran)), default=0)


def _is_ldconfig(ran: Ran) -> bool:
    return bool(ran.words) and posixpath.basename(ran.words[0]) == "ldconfig"


def _configured(ran: Ran) -> list[str]:
    if not any(word.lstrip(">").startswith(_CONF) for word in ran.words):
        return []
    return [
        line
        for word in ran.words[1:]
        for line in word.replace("\\n", "\n").split()
        if line.startswith("/") and not line.startswith(_CONF)
    ]


def _has_local(view: LibraryView) -> bool:
    text = view.read_text("/etc/ld.so.conf.d/libc.conf")
    return isinstance(text, str) and _LOCAL in text.split()


def _system(view: LibraryView) -> tuple[str, ...]:
    found = view.interpreters()
    for path in found if isinstance(found, tuple) else ():
        opened = view.open(path)
        if isinstance(opened, SharedObject):
            return view.system_dirs(opened)
    return ()
