"""The files of a bundle or of a layer as a tar archive: the same files give the same bytes."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable
from typing import IO, cast

from linkcheck.model.bundle import Piece
from linkcheck.ship.overlay import Laid
from linkcheck.ship.shipment import Shipment


def pack(shipment: Shipment, out: IO[bytes], mtime: int) -> None:
    """Write all pieces, sorted, owned by 0:0, of the time `mtime` (seconds since 1970).

    Names are below "./" nowhere: "app", "etc/passwd", as image layers have them.
    """
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for piece in shipment.pieces:
            _add(archive, _member(piece, piece.path, mtime), shipment, piece)


def pack_layer(laid: Iterable[Laid], shipment: Shipment, out: IO[bytes], mtime: int) -> None:
    """Write what `lay_over` says of `shipment`; folders of the base keep mode, owner and time."""
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, piece, node in laid:
            if piece is None:
                member = tarfile.TarInfo(path.lstrip("/"))
                member.type, member.mode, member.mtime = tarfile.DIRTYPE, node.mode, node.mtime
                member.uid, member.gid = node.owner
                archive.addfile(member)
            else:
                _add(archive, _member(piece, path, mtime), shipment, piece)


def _add(
    archive: tarfile.TarFile, member: tarfile.TarInfo, shipment: Shipment, piece: Piece
) -> None:
    if piece.kind == "file":
        archive.addfile(member, cast(IO[bytes], shipment.content(piece.path)))
    else:
        archive.addfile(member)


def _member(piece: Piece, path: str, mtime: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(path.lstrip("/"))
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
