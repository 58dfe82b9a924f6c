"""A bundle as a tar archive: the same pieces give the same bytes."""

from __future__ import annotations

import tarfile
from typing import IO, cast

from linkcheck.model.bundle import Piece
from linkcheck.ship.shipment import Shipment


def pack(shipment: Shipment, out: IO[bytes], mtime: int) -> None:
    """Write all pieces, sorted, owned by 0:0, of the time `mtime` (seconds since 1970).

    Names are below "./" nowhere: "app", "etc/passwd", as image layers have them.
    """
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for piece in shipment.pieces:
            member = _member(piece, mtime)
            if piece.kind == "file":
                archive.addfile(member, cast(IO[bytes], shipment.content(piece.path)))
            else:
                archive.addfile(member)


def _member(piece: Piece, mtime: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(piece.path.lstrip("/"))
    member.mode = piece.mode
    member.mtime = mtime
    if piece.kind == "folder":
        member.type = tarfile.DIRTYPE
    elif piece.kind == "link":
        member.type = tarfile.SYMTYPE
        member.linkname = piece.target
    else:
        member.size = piece.size
    return member
