"""A base with what a Dockerfile adds, as `ResolvedBase` and `LibraryView`."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from linkcheck.gate.brought import Brought, packaged
from linkcheck.gate.ldconfig import cached_folders, last_line
from linkcheck.gate.links import Links
from linkcheck.gate.packages import has_soname
from linkcheck.gate.standins import standin_of
from linkcheck.images.observe import CA_FILES, ZONE_FOLDERS
from linkcheck.model.library import CacheEntry, LibraryView, Opened, SharedObject
from linkcheck.model.provides import UNKNOWN, BaseImage, MaybeUnknown, Provides

if TYPE_CHECKING:
    from linkcheck.gate.accounts import Accounts
    from linkcheck.gate.contents import Contents
    from linkcheck.images.resolve import ResolvedBase
    from linkcheck.model.stageimage import StageImage


class StageBase:
    """The image of a stage, as programs are judged against it."""

    def __init__(
        self,
        contents: Contents,
        stage: StageImage,
        below: ResolvedBase,
        accounts: Accounts,
    ) -> None:
        self._contents = contents
        self._stage = stage
        self._below = below
        provides = _provides(contents, stage, below.image.provides, accounts)
        environment = dict(below.image.environment)
        environment |= {name: setting.value for name, setting in stage.environment.items()}
        self.image: BaseImage = below.image._replace(
            provides=provides, environment=tuple(environment.items())
        )

    def view(self, platform: str) -> LibraryView | None:
        """See `ResolvedBase.view`."""
        view = self._below.view(platform)
        if view is None:
            return None
        return _StageView(view, self._contents, self._stage, platform, self.image)

    def has_library(self, soname: str) -> bool | MaybeUnknown:
        """Whether a COPY or a package of the Dockerfile brings the library `soname`."""
        for copied in self._stage.copied:
            if posixpath.basename(copied.place) == soname:
                return True
        found = has_soname(self._stage.installed, soname)
        if found is False and self._below.image.provides.libc != "none":
            return UNKNOWN
        return found


def _provides(
    contents: Contents,
    stage: StageImage,
    base: Provides,
    accounts: Accounts,
) -> Provides:
    bundle, zones = base.ca_bundle, base.tzdata
    if not isinstance(bundle, str):
        added = _certificates(contents, stage)
        bundle = added if added is not None else bundle
    if not isinstance(zones, str):
        added = _zones(contents, stage)
        zones = added if added is not None else zones
    return base._replace(
        ca_bundle=bundle,
        tzdata=zones,
        users=accounts.users,
        groups=accounts.groups,
        tmp=_path(contents, stage, "/tmp", base.tmp),
        shell=_path(contents, stage, "/bin/sh", base.shell),
    )


def _certificates(contents: Contents, stage: StageImage) -> str | MaybeUnknown | None:
    given = stage.environment.get("SSL_CERT_FILE")
    if given is not None and contents.has(stage, given.value) is True:
        return given.value
    return contents.ca_bundle(stage, CA_FILES)


def _zones(contents: Contents, stage: StageImage) -> str | MaybeUnknown | None:
    given = stage.environment.get("ZONEINFO")
    if given is not None and contents.has(stage, given.value) is True:
        return given.value
    return contents.tzdata(stage, ZONE_FOLDERS)


def _path(
    contents: Contents, stage: StageImage, path: str, below: str | MaybeUnknown | None
) -> str | MaybeUnknown | None:
    if isinstance(below, str):
        return below
    found = contents.has_folder(stage, path) if path == "/tmp" else contents.has(stage, path)
    return path if found is True else UNKNOWN if found is UNKNOWN else None


class _StageView:
    """A base's libraries, and those that a Dockerfile brings."""

    def __init__(
        self,
        below: LibraryView,
        contents: Contents,
        stage: StageImage,
        platform: str,
        base: BaseImage,
    ) -> None:
        self._platform = platform
        self._standin = standin_of(stage.installed, base, platform)
        self._below = below
        self._contents = contents
        self._stage = stage
        self._brought = Brought(contents, stage, base.provides, platform)
        self._links = Links(stage.ran)
        self._cached = cached_folders(stage, base.name, below)
        self._cache_line = last_line(stage)

    @property
    def title(self) -> str:
        return self._below.title

    @property
    def platform(self) -> str | MaybeUnknown | None:
        return self._below.platform

    def open(self, path: str) -> Opened:
        found = self._below.open(path)
        if isinstance(found, SharedObject):
            return found
        if self._standin is not UNKNOWN and self._standin is not None:
            standing_in = self._standin.open(path, self._below)
            if standing_in is not None:
                return standing_in
        if ".so" not in path and "/ld-" not in path:
            return found
        target = self._links.target(path)
        if target is not None:
            return self.open(target)
        in_cache = posixpath.dirname(path) in self._cached
        brought = self._brought.arrives(path, self._cache_line if in_cache else float("inf"))
        if brought is True:
            return self._brought.open(path)
        if self._cache_line:
            linked = self._brought.linked(path, self._cache_line)
            if linked is not None:
                return linked
        in_package = self._packaged(path)
        if in_package is True:
            return packaged(path, self._platform)
        return UNKNOWN if UNKNOWN in (brought, in_package) else found

    def _packaged(self, path: str) -> bool | MaybeUnknown:
        """Whether a package of the distribution, or a RUN that is not understood, brings it."""
        name = posixpath.basename(path)
        if "/ld-" in path and self._standin is UNKNOWN:
            return UNKNOWN
        answers: list[bool | MaybeUnknown] = []
        if path.startswith(("/lib", "/usr/lib")) and not name.startswith("ld-"):
            answers.append(has_soname(self._stage.installed, name))
        if any(not ran.known for ran in self._stage.ran) or self._links.may_lead(path):
            answers.append(UNKNOWN)
        return True if True in answers else UNKNOWN if UNKNOWN in answers else False

    def ld_cache(self) -> tuple[CacheEntry, ...] | MaybeUnknown | None:
        return self._below.ld_cache()

    def system_dirs(self, interpreter: SharedObject) -> tuple[str, ...]:
        """A loader that was copied keeps the folders that it was compiled with.

        What `ldconfig` found comes from the cache, which is looked into just before these.
        """
        return (*self._cached, *self._own_dirs(interpreter))

    def _own_dirs(self, interpreter: SharedObject) -> tuple[str, ...]:
        found = self._below.system_dirs(interpreter)
        if found:
            return found
        for copied in self._stage.copied:
            if (
                copied.stage is not None
                and self._contents.arrives(copied, interpreter.path) is True
            ):
                base = self._contents.base(self._contents.image(copied.stage).base.ref)
                view = None if isinstance(base, str) else base.view(self._platform)
                if view is not None:
                    return view.system_dirs(interpreter)
        return ("/lib64", "/usr/lib64", "/lib", "/usr/lib")

    def read_text(self, path: str) -> str | MaybeUnknown | None:
        return self._below.read_text(path)

    def glibc_release(self, interpreter: SharedObject) -> tuple[int, int] | MaybeUnknown:
        return self._below.glibc_release(interpreter)

    def interpreters(self) -> tuple[str, ...] | MaybeUnknown:
        found = self._below.interpreters()
        if found is UNKNOWN:
            return found
        standin = () if self._standin in (None, UNKNOWN) else self._standin.loaders
        linked = tuple(place for place in self._links.places if "/ld-" in place)
        return (*found, *standin, *self._brought.loaders, *linked)
