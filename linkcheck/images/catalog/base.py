"""One base of the catalog: its record, as a `BaseImage` and as a `LibraryView`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from linkcheck.images.catalog import platforms, tables
from linkcheck.model.provides import UNKNOWN, BaseImage, BaseLibc, MaybeUnknown, Provides

if TYPE_CHECKING:
    from linkcheck.model.library import LibraryView


class CatalogBase(NamedTuple):
    """A base by its canonical name; `record` is its table in the data, inheritance resolved."""

    name: str
    record: Mapping[str, Any]

    @property
    def title(self) -> str:
        """What people call it: "Debian 12 (bookworm)"."""
        return str(self.record["title"])

    @property
    def libc(self) -> BaseLibc:
        """The family of its C library."""
        return cast(BaseLibc, self.record["libc"])

    @property
    def libc_version(self) -> str | None:
        """The release of its C library, or None where it has none to link against."""
        return self.record.get("libc_version")

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms that it is published for; of scratch: all."""
        return tuple(self.record["platforms"])

    @property
    def size(self) -> int | MaybeUnknown:
        """Unpacked bytes on linux/amd64."""
        size: int | MaybeUnknown = self.record.get("size", UNKNOWN)
        return size

    @property
    def end_of_life(self) -> str | None:
        """ISO date of the end of free support, where public."""
        return self.record.get("end_of_life")

    @property
    def recommendable(self) -> bool:
        """Whether it is current, supported and general enough to be recommended."""
        return bool(self.record.get("recommendable", False))

    @property
    def default(self) -> bool:
        """Whether `analyze` shows it when no base is named."""
        return bool(self.record.get("default", False))

    @property
    def sources(self) -> Mapping[str, str]:
        """Field -> where that fact comes from."""
        return cast("Mapping[str, str]", self.record.get("source", {}))

    def image(self, ref: str) -> BaseImage:
        """What it provides at run time, under the REF that the user gave."""
        return BaseImage(
            ref=ref,
            name=self.name,
            title=self.title,
            provides=self._provides(),
            source="catalog",
            end_of_life=self.end_of_life,
            default_user=self.record.get("default_user"),
            environment=(("PATH", path),) if (path := self.record.get("path")) else (),
        )

    def view(self, platform: str) -> LibraryView | None:
        """What a loader of `platform` sees; None where the base is not published for it."""
        from linkcheck.images.catalog.view import CatalogView  # noqa: PLC0415 - names alone need none

        if self.layout == "none":
            found = platforms.PLATFORMS.get(platforms.published(platform, self.platforms) or "")
            return CatalogView(self, found if self.name != "scratch" else None)
        name = platforms.published(platform, self.platforms)
        return None if name is None else CatalogView(self, platforms.PLATFORMS[name])

    # What the view asks for.

    @property
    def layout(self) -> str:
        """The kind of its folders (linkcheck.images.catalog.layout)."""
        return str(self.record["layout"])

    @property
    def interpreters(self) -> bool:
        """Whether it has a dynamic loader at all."""
        return self.layout != "none"

    @property
    def has_cache(self) -> bool:
        """Whether it has an /etc/ld.so.cache."""
        return bool(self.record.get("ld_cache", False))

    @property
    def release(self) -> tables.Release:
        """The distribution's release, as the tables of Alpine are keyed by it."""
        return tables.release(str(self.record["release"]))

    @property
    def glibc_release(self) -> tuple[int, int]:
        """The release of its glibc."""
        major, minor = tables.release(str(self.record["libc_version"]))
        return major, minor

    @property
    def family(self) -> str:
        """The name of its inventory file."""
        return str(self.record["family"])

    @property
    def inventory(self) -> str | None:
        """The name of its rows in the inventory, where one was harvested."""
        return self.record.get("inventory")

    @property
    def glibc_libraries(self) -> tuple[str, ...]:
        """The glibc libraries that it has, where those are not all."""
        return tuple(self.record.get("glibc_libraries", ()))

    @property
    def backported_nodes(self) -> tuple[str, ...]:
        """Version nodes of later releases that its glibc has all the same."""
        return tuple(self.record.get("backported_nodes", ()))

    @property
    def runtimes(self) -> tuple[str, ...]:
        """The libraries that it has of those in the table of runtimes."""
        return tuple(self.record.get("runtimes", ()))

    @property
    def runtime_facts(self) -> str:
        """The distribution's name in the table of runtimes."""
        return str(self.record.get("runtime_facts", ""))

    @property
    def complete(self) -> bool:
        """Whether it is known to have no other library than those listed."""
        return bool(self.record.get("complete", False))

    @property
    def lacks(self) -> tuple[str, ...]:
        """Sonames that it is known not to have, where its list of libraries is not complete."""
        return tuple(self.record.get("lacks", ()))

    @property
    def untold(self) -> tuple[str, ...]:
        """Patterns of sonames that it may have or not, where its list is complete otherwise."""
        return tuple(self.record.get("untold", ()))

    def _provides(self) -> Provides:
        # A key that is not there means "not known"; false means "known to have none".
        def get(key: str) -> Any:
            value = self.record.get(key, UNKNOWN)
            return None if value is False else value

        def names(key: str) -> Any:
            value = get(key)
            return tuple(value) if isinstance(value, (list, tuple)) else value

        return Provides(
            libc=self.libc,
            libc_version=self.libc_version,
            ca_bundle=get("ca_bundle"),
            tzdata=get("tzdata"),
            users=names("users"),
            groups=names("groups"),
            nsswitch_hosts=get("nsswitch_hosts"),
            nsswitch_passwd=get("nsswitch_passwd"),
            tmp=get("tmp"),
            shell=get("shell"),
            cpu_floor=self.record.get("cpu_floor"),
            platforms=self.platforms,
            size=self.size,
        )
