"""Files as tar archives, for engines that can't see this machine's folders."""

from __future__ import annotations

import tarfile
import tempfile
from pathlib import Path
from typing import IO

_LEFT_OUT = frozenset({".git", ".hg", ".svn", ".jj", "node_modules"})
IN_MEMORY = 32 << 20


def pack(tree: Path, inside: str, without: Path | None = None) -> IO[bytes]:
    """`tree` as an archive to unpack at `/`, with its content under `inside`; owned by root.

    Left out: `without` (the output folder), version control, what is neither file, folder nor
    link, and what can't be read (the compiler will say so if that mattered). Raises OSError.
    """
    spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 -- the caller closes it
    prefix = inside.strip("/")

    def own(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        relative = Path(member.name).relative_to(prefix)
        if relative.name in _LEFT_OUT or (without is not None and tree / relative == without):
            return None
        if not (member.isfile() or member.isdir() or member.issym() or member.islnk()):
            return None
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        return member

    with tarfile.open(fileobj=spool, mode="w", dereference=False) as archive:
        archive.add(tree, arcname=prefix, filter=own)
    spool.seek(0)
    return spool


def pack_file(file: Path, name: str) -> IO[bytes]:
    """One file as an archive that holds it as `name`; owned by root, permissions as they are.

    Raises OSError.
    """
    spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 -- the caller closes it
    try:
        with file.open("rb") as content, tarfile.open(fileobj=spool, mode="w") as archive:
            member = archive.gettarinfo(arcname=name, fileobj=content)
            member.uid = member.gid = 0
            member.uname = member.gname = "root"
            archive.addfile(member, content)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool
