"""A view that remembers under which paths a loader model opened what it then used."""

from __future__ import annotations

from linkcheck.model.library import CacheEntry, LibraryView, Opened, SharedObject
from linkcheck.model.provides import MaybeUnknown

PRELOAD = "/etc/ld.so.preload"


class RecordingView:
    """`view`, without /etc/ld.so.preload: that is a setting of a machine, not of a program."""

    def __init__(self, view: LibraryView) -> None:
        self._view = view
        self.opened: dict[str, SharedObject] = {}  # path as the loader gave it -> what it got

    @property
    def title(self) -> str:
        """See `LibraryView.title`."""
        return self._view.title

    @property
    def platform(self) -> str | MaybeUnknown | None:
        """See `LibraryView.platform`."""
        return self._view.platform

    def open(self, path: str) -> Opened:
        """See `LibraryView.open`."""
        opened = self._view.open(path)
        if isinstance(opened, SharedObject):
            self.opened[path] = opened
        return opened

    def ld_cache(self) -> tuple[CacheEntry, ...] | MaybeUnknown | None:
        """See `LibraryView.ld_cache`."""
        return self._view.ld_cache()

    def system_dirs(self, interpreter: SharedObject) -> tuple[str, ...]:
        """See `LibraryView.system_dirs`."""
        return self._view.system_dirs(interpreter)

    def read_text(self, path: str) -> str | MaybeUnknown | None:
        """See `LibraryView.read_text`."""
        return None if path == PRELOAD else self._view.read_text(path)

    def glibc_release(self, interpreter: SharedObject) -> tuple[int, int] | MaybeUnknown:
        """See `LibraryView.glibc_release`."""
        return self._view.glibc_release(interpreter)

    def interpreters(self) -> tuple[str, ...] | MaybeUnknown:
        """See `LibraryView.interpreters`."""
        return self._view.interpreters()
