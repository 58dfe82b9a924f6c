"""Files laid over the file system of an image, where its own links lead, as the entries of a layer.

An entry of a layer replaces what is at its path: one for /bin would replace a link /bin -> usr/bin,
and all that was seen through it. So every path is followed in the image first.
"""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from linkcheck.errors import BadRootError
from linkcheck.images.root import NoEntry
from linkcheck.images.tree import Node, Tree
from linkcheck.model.bundle import Piece
from linkcheck.ship.shipment import Shipment


class Laid(NamedTuple):
    """One entry of the layer. `piece` is None for a folder that the image has, told once more.

    Engines make folders that a layer does not name with modes of their own (moby,
    pkg/archive/diff.go), so that those above each file are there, as the image has them.
    """

    path: str
    piece: Piece | None
    node: Node


def lay_over(tree: Tree, shipment: Shipment) -> tuple[Laid, ...]:
    """Add all pieces to `tree`, and say what the layer holds: sorted, folders before their files.

    Raises BadRootError where a file would take the place of a folder, or the other way round.
    """
    laid: dict[str, Laid] = {}
    for piece in shipment.pieces:
        place = _place(tree, piece)
        if place is None:
            continue
        kind = "directory" if piece.kind == "folder" else piece.kind
        content = shipment.extent(piece.path) if piece.kind == "file" else None
        node = Node(kind, piece.mode, piece.target, content)
        tree.add(place, node)
        laid[place] = Laid(place, piece, node)
    for place in tuple(laid):
        above = posixpath.dirname(place)
        while above != "/" and above not in laid:
            found = tree.find(above)
            if not isinstance(found, NoEntry):
                laid[above] = Laid(above, None, found[1])
            above = posixpath.dirname(above)
    return tuple(laid[place] for place in sorted(laid))


def _place(tree: Tree, piece: Piece) -> str | None:
    """Where `piece` comes to lie; None for a folder that is there."""
    if piece.kind == "folder":
        found = tree.find(piece.path)
        if not isinstance(found, NoEntry):
            if found[1].kind != "directory":
                raise _in_the_way(piece.path, "a folder")
            return None
    folder, name = posixpath.split(piece.path)
    above = tree.find(folder)
    if isinstance(above, NoEntry) or above[1].kind != "directory":
        raise _in_the_way(piece.path, f"the folder {folder}")
    there = above[1].children.get(name)
    if there is not None and (there.kind == "directory" or piece.kind == "folder"):
        raise _in_the_way(piece.path, f"a {piece.kind}")
    return posixpath.join(above[0], name)


def _in_the_way(path: str, wanted: str) -> BadRootError:
    return BadRootError(
        f"{path}: the base has something else there, and the image needs {wanted}",
        next_step="take another base",
    )
