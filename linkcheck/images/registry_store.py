"""The parts of one image of a registry, as an OCI layout would hold them.

What was fetched is kept by digest, so that a second run asks for the digest of a tag alone, and
one that names a digest asks for nothing.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from typing import IO, Any, Final

from linkcheck.errors import BadRootError
from linkcheck.images.blobs import Blobs, digest_of
from linkcheck.images.layers import damaged
from linkcheck.images.reference import Reference
from linkcheck.images.registry import MAX_BLOB, MAX_MANIFEST, Registry
from linkcheck.images.tree import Extent

_PART: Final = re.compile(r"blobs/(\w+)/(\w+)")


class RegistryStore:
    """`reference` names the digest that was found, `top` is the manifest or index of it.

    Raises what `Registry` does, BadRootError for what is no image, MissingToolError where it can't
    be kept here.
    """

    def __init__(self, reference: Reference, title: str) -> None:
        self._title = title
        self._registry = Registry(reference, title)
        self._blobs = Blobs()
        self._manifests: set[str] = set()
        self._sizes: dict[str, int] = {}
        try:
            self.reference = reference.at(self._pinned(reference))
            with self._manifest(str(self.reference.digest)) as file:
                self.top: Mapping[str, Any] = self._noted(file.read())
        except BaseException:
            self.close()
            raise

    def find(self, name: str, files: list[IO[bytes]]) -> Extent | None:
        """The part of that name, fetched if need be; `files` collects what is to be closed."""
        if name == "index.json":
            file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with the others
            file.write(json.dumps({"manifests": [{"digest": self.reference.digest}]}).encode())
            file.flush()
        else:
            part = _PART.fullmatch(name)
            if part is None:
                return None
            digest = f"{part[1]}:{part[2]}"
            wanted = digest == self.reference.digest or digest in self._manifests
            file = self._manifest(digest) if wanted else self._blob(digest)
        files.append(file)
        return Extent(file.fileno(), 0, os.fstat(file.fileno()).st_size)

    def close(self) -> None:
        """Close the connections; what was found stays open."""
        self._registry.close()

    def _pinned(self, reference: Reference) -> str:
        """The digest that the name means now."""
        told = reference.digest or self._registry.digest()
        if told is not None:
            return told
        content = self._registry.manifest(reference.tag)
        digest = digest_of(content)
        self._blobs.open(digest, lambda out: out.write(content), self._title).close()
        return digest

    def _manifest(self, digest: str) -> IO[bytes]:
        file = self._blobs.open(
            digest, lambda out: out.write(self._registry.manifest(digest)), self._title
        )
        try:
            self._noted(os.pread(file.fileno(), MAX_MANIFEST, 0))
        except BaseException:
            file.close()
            raise
        return file

    def _noted(self, content: bytes) -> Mapping[str, Any]:
        """What a manifest says, with what it says of its parts kept."""
        try:
            found = json.loads(content)
            if found.get("schemaVersion") == 1:
                raise ValueError("it is of the old form, schema 1")
            for entry in found.get("manifests") or ():
                self._manifests.add(str(entry["digest"]))
            for entry in (*(found.get("layers") or ()), found.get("config") or {}):
                if "digest" in entry and "size" in entry:
                    self._sizes[str(entry["digest"])] = int(entry["size"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise damaged(self._title, error) from error
        return dict(found)

    def _blob(self, digest: str) -> IO[bytes]:
        size = self._sizes.get(digest)
        if size is not None and not 0 <= size <= MAX_BLOB:
            raise BadRootError(
                f"{self._title}: it names a part of {size} bytes",
                next_step="unpack it and use dir:PATH",
            )
        return self._blobs.open(
            digest, lambda out: self._registry.blob(digest, size, out), self._title
        )
