"""The parts of an image by digest: layers as they lie in their source, and new ones."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Sequence
from typing import IO, Final, NamedTuple, cast

from linkcheck.errors import BadRootError
from linkcheck.images.layers import Window
from linkcheck.images.stores import StoredImage
from linkcheck.images.tree import Extent

TAR: Final = "application/vnd.oci.image.layer.v1.tar"
_GZIP: Final = b"\x1f\x8b"
_BLOCK: Final = 1 << 20
_LEVEL: Final = 9


class Blob(NamedTuple):
    """Bytes with their media type and digest ("sha256:..."); of an open file, or in memory."""

    kind: str
    digest: str
    size: int
    content: Extent | bytes

    def open(self) -> IO[bytes]:
        """A reader of all of it, from its start."""
        if isinstance(self.content, bytes):
            return io.BytesIO(self.content)
        return cast(IO[bytes], Window(self.content))


class Layer(NamedTuple):
    """A layer; `diff_id` and `unpacked` are digest and size of its plain tar archive."""

    blob: Blob
    diff_id: str
    unpacked: int


def layers_of(stored: StoredImage, plain: Sequence[Extent], title: str) -> tuple[Layer, ...]:
    """The layers of an image, byte for byte, `plain` being the same without compression.

    Docker's media types become those of OCI, which name the same bytes. Raises BadRootError where
    the digests that the image itself states are others: then it is damaged.
    """
    rootfs = stored.config.get("rootfs")
    stated = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
    if not isinstance(stated, list) or len(stated) != len(stored.layers):
        raise _damaged(title, "its configuration does not name its layers")
    layers = []
    for at, (packed, unpacked) in enumerate(zip(stored.layers, plain, strict=True)):
        diff_id = digest_of(unpacked)
        digest = diff_id if packed == unpacked else digest_of(packed)
        named = stored.digests[at] if stored.digests else digest
        if diff_id != stated[at] or (named.startswith("sha256:") and named != digest):
            raise _damaged(title, f"layer {at + 1} is not the one of its digest")
        head = os.pread(packed.descriptor, 2, packed.offset)
        kind = f"{TAR}+gzip" if head == _GZIP else TAR
        layers.append(Layer(Blob(kind, digest, packed.size, packed), diff_id, unpacked.size))
    return tuple(layers)


def new_layer(archive: IO[bytes], *, compress: bool) -> Layer:
    """The tar `archive`, which stays open as long as the layer is used, as a layer.

    Compressed with gzip, without time or name; the bytes of that depend on the zlib in use too.
    """
    archive.flush()
    plain = Extent(archive.fileno(), 0, os.fstat(archive.fileno()).st_size)
    diff_id = digest_of(plain)
    if not compress:
        return Layer(Blob(TAR, diff_id, plain.size, plain), diff_id, plain.size)
    archive.seek(0)
    with tempfile.TemporaryFile() as packed:
        with gzip.GzipFile("", "wb", _LEVEL, packed, 0) as out:
            shutil.copyfileobj(archive, out, _BLOCK)
        packed.seek(0)
        # behind the archive in its own file: both then live as long
        archive.seek(plain.size)
        shutil.copyfileobj(packed, archive, _BLOCK)
        archive.flush()
        size = packed.tell()
    small = Extent(plain.descriptor, plain.size, size)
    return Layer(Blob(f"{TAR}+gzip", digest_of(small), size, small), diff_id, plain.size)


def digest_of(content: Extent | bytes) -> str:
    """Its SHA-256 as OCI writes it."""
    sha = hashlib.sha256()
    if isinstance(content, bytes):
        sha.update(content)
    else:
        window = Window(content)
        while block := window.read(_BLOCK):
            sha.update(block)
    return f"sha256:{sha.hexdigest()}"


def _damaged(title: str, why: str) -> BadRootError:
    return BadRootError(f"{title}: {why}", next_step="save or pull it anew")
