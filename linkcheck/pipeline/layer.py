"""The files of an image on top of its base: a program, and what the base lacks for it."""

from __future__ import annotations

import io
import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from linkcheck.engine.archive import IN_MEMORY
from linkcheck.images.observe import CA_FILES, ZONE_FOLDERS
from linkcheck.model.needs import NeedKind

_PASSWD: Final = b"root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532::/:/sbin/nologin\n"


def pack_layer(program: Path | None, added: Sequence[NeedKind]) -> IO[bytes] | None:
    """An archive with `program` as /app and the files for `added`, taken from this machine.

    None where this machine has not got them, or nobody can add such a thing. Raises OSError.
    """
    spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 -- the caller closes it
    try:
        with tarfile.open(fileobj=spool, mode="w") as archive:
            if program is not None:
                archive.add(program, "app", filter=_owned_by_root)
            complete = all(kind in _ADDERS and _ADDERS[kind](archive) for kind in added)
    except BaseException:
        spool.close()
        raise
    if not complete:
        spool.close()
        return None
    spool.seek(0)
    return spool


def _add_bundle(archive: tarfile.TarFile) -> bool:
    found = next((path for path in CA_FILES if Path(path).is_file()), None)
    if found is None:
        return False
    _put(archive, "etc/ssl/certs/ca-certificates.crt", Path(found).read_bytes())
    return True


def _add_zones(archive: tarfile.TarFile) -> bool:
    found = next((path for path in ZONE_FOLDERS if Path(path).is_dir()), None)
    if found is None:
        return False
    archive.add(found, ZONE_FOLDERS[0].strip("/"), filter=_owned_by_root)
    return True


def _add_users(archive: tarfile.TarFile) -> bool:
    _put(archive, "etc/passwd", _PASSWD)
    return True


def _add_tmp(archive: tarfile.TarFile) -> bool:
    member = tarfile.TarInfo("tmp")
    member.type, member.mode = tarfile.DIRTYPE, 0o1777
    archive.addfile(member)
    return True


_ADDERS: Final[Mapping[NeedKind, Callable[[tarfile.TarFile], bool]]] = {
    "ca-certificates": _add_bundle,
    "tzdata": _add_zones,
    "users": _add_users,
    "tmp": _add_tmp,
}


def _put(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o644
    archive.addfile(member, io.BytesIO(content))


def _owned_by_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member
