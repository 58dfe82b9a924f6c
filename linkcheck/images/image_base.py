"""A base made from an image: of an archive, of an OCI layout, or of the Docker Engine."""

from __future__ import annotations

import mmap
import os
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from linkcheck.errors import BadRootError
from linkcheck.images.image_settings import read_settings
from linkcheck.images.layers import Unpacked, lay
from linkcheck.images.observe import observe
from linkcheck.images.root import MAX_TEXT, Entry, Link, NoEntry
from linkcheck.images.root_view import RootView
from linkcheck.images.stores import Find, in_archive, in_folder, stored_image
from linkcheck.images.tree import Tree
from linkcheck.model.provides import BaseImage

if TYPE_CHECKING:
    from linkcheck.images.registry_store import RegistryStore
    from linkcheck.model.library import LibraryView

_MAX_MAPPED: Final = 1 << 30


class ImageRoot:
    """The files of an image as a `Root`; its archive stays open as long as it lives."""

    def __init__(self, tree: Tree, title: str) -> None:
        self._tree = tree
        self.title = title

    @property
    def tree(self) -> Tree:
        """The files by name; who adds some changes this root."""
        return self._tree

    def entry(self, path: str) -> Entry | NoEntry:
        """See `Root.entry`."""
        found = self._tree.find(path)
        if isinstance(found, NoEntry):
            return found
        inside, node = found
        kind = "other" if node.kind == "link" else node.kind
        return Entry(inside, kind, node.mode, node.content.size if node.content else 0)

    def names(self, path: str) -> tuple[str, ...]:
        """See `Root.names`."""
        found = self._tree.find(path)
        return () if isinstance(found, NoEntry) else tuple(sorted(found[1].children))

    @contextmanager
    def mapped(self, entry: Entry) -> Iterator[mmap.mmap]:
        """See `Root.mapped`. Raises OSError where it is too large to be looked at."""
        if entry.size > _MAX_MAPPED:
            raise OSError(f"{entry.path}: {entry.size} bytes")
        # an archive's content lies at no page boundary: it has to be copied
        with mmap.mmap(-1, entry.size) as data:
            data.write(self._content(entry.path, entry.size))
            data.seek(0)
            yield data

    def read(self, path: str, limit: int = MAX_TEXT) -> bytes | NoEntry:
        """See `Root.read`."""
        entry = self.entry(path)
        if isinstance(entry, NoEntry):
            return entry
        if entry.kind != "file":
            return NoEntry("Is a directory" if entry.kind == "directory" else "not a file")
        return self._content(entry.path, limit)

    def links(self, path: str) -> tuple[Link, ...]:
        """See `CopyableRoot.links`."""
        met: dict[str, str] = {}
        self._tree.find(path, met)
        return tuple(Link(*link) for link in met.items())

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """See `CopyableRoot.chunks`."""
        found = self._tree.find(entry.path)
        content = None if isinstance(found, NoEntry) else found[1].content
        at = 0
        while content is not None and at < content.size:
            block = os.pread(
                content.descriptor, min(1 << 20, content.size - at), content.offset + at
            )
            if not block:
                raise BadRootError(
                    f"{self.title}: {entry.path} ends too early", next_step="save the image anew"
                )
            at += len(block)
            yield block

    def _content(self, path: str, limit: int) -> bytes:
        found = self._tree.find(path)
        content = None if isinstance(found, NoEntry) else found[1].content
        if content is None:
            return b""
        return os.pread(content.descriptor, min(limit, content.size), content.offset)


class ImageBase:
    """It has the one platform that it was built for. `stored` is as it lies in its source, `plain`
    are its layers without compression; both are open as long as `root` lives. `settings` are those
    of its configuration.

    Raises BadRootError for an image that can't be read, MissingToolError without the engine.
    """

    def __init__(
        self,
        ref: str,
        *,
        source: str | None = None,
        platform: str | None = None,
        store: RegistryStore | None = None,
    ) -> None:
        """`source` says with its scheme where the image is, where `ref` does not, `store` that it
        is in a registry; `platform` which one of an index is meant."""
        unpacked, files = Unpacked(), list[IO[bytes]]()
        tree = Tree()
        self.root = ImageRoot(tree, ref)
        weakref.finalize(self.root, _close, unpacked, files)
        tag: str | None = None
        if store is None:
            find, tag = _opened(source or ref, files)
        else:
            find = partial(store.find, files=files)
        layout = store is not None or (source or ref).startswith("oci-")
        self.stored = stored_image(find, tag, ref, platform=platform, layout=layout)
        self.plain = tuple(unpacked.plain(layer, ref) for layer in self.stored.layers)
        for layer in self.plain:
            lay(tree, layer, ref)
        self._view = RootView(self.root)
        self.settings = read_settings(self.stored.config, ref)
        environment = self.settings.environment
        self.image = BaseImage(
            ref=ref,
            name=source or ref,
            title=ref,
            provides=observe(self.root, self._view, environment),
            source="root",
            default_user=self.stored.user,
            environment=tuple(environment.items()),
        )

    def view(self, platform: str) -> LibraryView | None:  # noqa: ARG002 - the loader compares
        """The image itself, whatever the platform: the kernel model compares the machines."""
        return self._view


def _opened(ref: str, files: list[IO[bytes]]) -> tuple[Find, str | None]:
    """Where the image's parts are, and the tag under which it is to be found there."""
    scheme, _, rest = ref.partition(":")
    if scheme == "docker":
        return in_archive(_saved_by_engine(rest, files), ref), None
    path, tag = _path_and_tag(rest) if scheme.startswith("oci") else (Path(rest), None)
    if scheme == "oci-dir":
        return in_folder(path, files, ref), tag
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadRootError(
            f"{path}: {error.strerror or error}", next_step="name an image archive"
        ) from error
    files.append(file)
    return in_archive(file, ref), tag


def _path_and_tag(text: str) -> tuple[Path, str | None]:
    """PATH[:TAG]; a path that is there may hold a colon itself."""
    path, colon, tag = text.rpartition(":")
    if not colon or Path(text).exists() or "/" in tag:
        return Path(text), None
    return Path(path), tag


def _saved_by_engine(name: str, files: list[IO[bytes]]) -> IO[bytes]:
    from linkcheck.engine.engine import connect  # noqa: PLC0415 -- archives need no engine
    from linkcheck.engine.save import save  # noqa: PLC0415

    file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with the base
    files.append(file)
    engine = connect(os.environ)
    try:
        save(engine, name, file)
    finally:
        engine.close()
    return file


def _close(unpacked: Unpacked, files: list[IO[bytes]]) -> None:
    unpacked.close()
    for file in files:
        file.close()
