"""Whether a stage's image has a file: what was copied, what a RUN may have made, what the base has.

Three answers. "No" is only said where nothing in the stages could have put the file there.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from linkcheck.gate.basefiles import OPEN, SYSTEM, base_has
from linkcheck.gate.bases import find_base
from linkcheck.gate.dockerignore import Ignored, rules_of
from linkcheck.gate.doings import folders, removes, writes
from linkcheck.gate.links import Links
from linkcheck.gate.packages import (
    CA_PACKAGES,
    TZ_PACKAGES,
    has_package,
    has_program,
)
from linkcheck.gate.stages import Arguments
from linkcheck.gate.work import work_out
from linkcheck.images.image_settings import PATH
from linkcheck.model.provides import UNKNOWN, MaybeUnknown
from linkcheck.model.stageimage import Copied, StageImage

if TYPE_CHECKING:
    from pathlib import Path

    from linkcheck.gate.context import Context
    from linkcheck.images.image_settings import ImageSettings
    from linkcheck.images.resolve import ResolvedBase
    from linkcheck.model.dockerfile import Dockerfile

_WILD: Final = re.compile(r"[*?\[]")
_IMAGE: Final = "docker-image://"


def _is_excluded(copied: Copied, path: str) -> bool:
    """Whether --exclude leaves it out: its patterns are of .dockerignore, below the source."""
    if not copied.excludes:
        return False
    inside = path.removeprefix(copied.place.rstrip("/")).lstrip("/") or posixpath.basename(path)
    rules = tuple(rules_of("\n".join(copied.excludes), "--exclude"))
    return Ignored("--exclude", rules).by(inside) is not None


class Contents:
    """The images of all stages of one Dockerfile, each worked out once.

    `is_built` says that the build context is as a build will find it: its program is there.
    """

    def __init__(self, dockerfile: Dockerfile, args: Arguments, context: Context | None) -> None:
        self.is_built = False
        self._file = dockerfile
        self._args = args
        self._context = context
        self._images: dict[int, StageImage] = {}
        self._bases: dict[str, ResolvedBase | str] = {}

    def image(self, number: int) -> StageImage:
        """The stage `number` worked out. Raises DockerfileError."""
        if number not in self._images:
            stage = self._file.stages[number]
            self._images[number] = work_out(
                self._file, stage, self._args, self._context, self._has_usual_folders, self._path_of
            )
        return self._images[number]

    def base(self, ref: str) -> ResolvedBase | str:
        """The base that a FROM names, or why it can't be told."""
        if ref not in self._bases:
            named = self._args.contexts.get(ref.lower(), f"{_IMAGE}{ref}")
            self._bases[ref] = (
                find_base(named.removeprefix(_IMAGE))
                if named.startswith(_IMAGE)
                else f"{ref} is {named}, a further build context: what it holds is not known"
            )
        return self._bases[ref]

    def stand_in(self, ref: str, base: ResolvedBase) -> None:
        """Take `base` wherever the Dockerfile names `ref`."""
        self._bases[ref] = base

    def _has_usual_folders(self, ref: str) -> bool | MaybeUnknown:
        base = self.base(ref)
        if isinstance(base, str):
            return UNKNOWN
        if base.image.name == "scratch":
            return False
        return True if isinstance(base.image.provides.shell, str) else UNKNOWN

    def _path_of(self, ref: str) -> str:
        base = self.base(ref)
        environment = () if isinstance(base, str) else base.image.environment
        return dict(environment).get("PATH", PATH)

    def copied_to(self, image: StageImage, path: str) -> Copied | None:
        """The last COPY that surely puts a file at `path`."""
        return next(
            (
                copied
                for copied in reversed(image.copied)
                if self.arrives(copied, path) is True and not removes(image, copied, path)
            ),
            None,
        )

    def has(self, image: StageImage, path: str) -> bool | MaybeUnknown:
        """Whether `path` (absolute) is in the image."""
        added = self.adds(image, path)
        if added is True:
            return True
        below = self._base_has(image.base.ref, path)
        return True if below is True else UNKNOWN if UNKNOWN in (added, below) else False

    def has_folder(self, image: StageImage, path: str) -> bool | MaybeUnknown:
        """Whether `path` is in the image, be it as a folder that a COPY, WORKDIR or mkdir makes."""
        kept = [copied for copied in image.copied if not removes(image, copied, path)]
        made = [*folders(image), *(copied.place for copied in kept)]
        if any(f"{place.rstrip('/')}/".startswith(f"{path.rstrip('/')}/") for place in made):
            return True
        if any(self.arrives(copied, path, folder=True) is True for copied in kept):
            return True
        return self.has(image, path)

    def adds(self, image: StageImage, path: str) -> bool | MaybeUnknown:
        """Whether the Dockerfile puts something at `path`, whatever the base has."""
        answers = [
            self.arrives(copied, path)
            for copied in image.copied
            if not removes(image, copied, path)
        ]
        answers.append(True if True in answers else self._made(image, path))
        return True if True in answers else UNKNOWN if UNKNOWN in answers else False

    def arrives(self, copied: Copied, path: str, *, folder: bool = False) -> bool | MaybeUnknown:
        """Whether `copied` puts a file at `path`; with `folder` one of these will do as well."""
        if _is_excluded(copied, path):
            return False
        place = copied.place.rstrip("/")
        if copied.kind == "file" and _WILD.search(copied.source) and copied.origin != "context":
            return self._one_of(copied, path)
        if copied.kind != "folder" and path == copied.place:
            return folder or not self._leaves_folder(copied)
        if not path.startswith(place + "/") or copied.kind == "file":
            return False
        if copied.unpacks:
            return UNKNOWN
        source = posixpath.normpath(f"/{copied.source}/{path[len(place) :]}").replace("//", "/")
        if copied.origin == "stage" and copied.stage is not None:
            image = self.image(copied.stage)
            return self.has_folder(image, source) if folder else self.has(image, source)
        if copied.origin == "image":
            return self._base_has(copied.image, source)
        if copied.origin == "context":
            return self._in_context(copied.source, source, folder)
        return False

    def _in_context(self, above: str, source: str, folder: bool) -> bool | MaybeUnknown:
        """Whether the folder `above` of the context brings `source`, which a build may make yet."""
        if self._context is None or not self._context.find(above):
            return UNKNOWN
        if any(folder or found.kind == "file" for found in self._context.find(source)):
            return True
        is_made_yet = not self.is_built and self._context.left_out(source) is None
        return UNKNOWN if is_made_yet else False

    def _one_of(self, copied: Copied, path: str) -> bool | MaybeUnknown:
        """Whether a COPY of `libfoo.so*` out of another image puts a file at `path`."""
        folder, name = posixpath.split(path)
        if folder != posixpath.dirname(copied.place):
            return False
        pattern = posixpath.basename(copied.place)
        if not fnmatch.fnmatchcase(name, pattern):
            return False
        if not _WILD.search(pattern.partition(".so")[0]):
            return True  # something matches, or the build ends: that library it must be
        source = posixpath.join(posixpath.dirname(copied.source), name)
        if copied.stage is not None:
            return self.has(self.image(copied.stage), source)
        return self._base_has(copied.image, source)

    def context_file(self, source: str) -> Path | None:
        """The file of the build context at that path, where it is at hand."""
        found = self._context.find(source) if self._context else ()
        return found[0].path if len(found) == 1 and found[0].kind == "file" else None

    def context_names(self, pattern: str) -> tuple[str, ...]:
        """The names of the files of the build context that a pattern means."""
        found = self._context.find(pattern) if self._context else ()
        return tuple(posixpath.basename(one.name) for one in found if one.kind == "file")

    def left_out(self, image: StageImage, path: str) -> str | None:
        """What .dockerignore says of the file that a COPY would put at `path`, or None."""
        for left_out in image.left_out:
            if path == left_out.place:
                return left_out.because
        for copied in reversed(image.copied):
            place = copied.place.rstrip("/")
            if copied.origin == "context" and self._context and path.startswith(f"{place}/"):
                return self._context.left_out(f"{copied.source}/{path[len(place) :]}")
        return None

    def _leaves_folder(self, copied: Copied) -> bool:
        """Whether the source is a folder of a stage for sure, so that no file is at its place."""
        if copied.stage is None:
            return False
        image, source = self.image(copied.stage), copied.source.rstrip("/")
        below = [*(f"{place}/" for place in folders(image)), *(c.place for c in image.copied)]
        return any(place.startswith(f"{source}/") for place in below)

    def _made(self, image: StageImage, path: str) -> bool | MaybeUnknown:
        """Whether a RUN or a package makes the file `path`."""
        name = posixpath.basename(path)
        for ran in image.ran:
            if ran.words[:1] != ("rm",) and path in ran.words[1:] and writes(ran.words, path):
                return True
        if path.startswith(SYSTEM):
            found = has_program(image.installed, name)
            if found is not False:
                return found
        if path.startswith(OPEN) and image.installed:
            return UNKNOWN
        return UNKNOWN if _may_bring(image, path) else False

    def _base_has(self, ref: str, path: str) -> bool | MaybeUnknown:
        base = self.base(ref)
        if isinstance(base, str):
            return UNKNOWN
        return base_has(base, path, self._args.platforms.get("TARGETPLATFORM", "linux/amd64"))

    def takes_arguments(self, image: StageImage) -> bool | MaybeUnknown:
        """Whether CMD is what an ENTRYPOINT of the base gets, rather than what is started."""
        base = self.base(image.base.ref)
        if isinstance(base, str):
            return UNKNOWN
        settings: ImageSettings | None = getattr(base, "settings", None)
        return settings is not None and bool(settings.entrypoint)

    def search_path(self, image: StageImage) -> str:
        """PATH as a start of the image has it: of the Dockerfile, of the base, or the usual one."""
        own = image.environment.get("PATH")
        return self._path_of(image.base.ref) if own is None else own.value

    def ca_bundle(self, image: StageImage, paths: tuple[str, ...]) -> str | MaybeUnknown | None:
        """The first of `paths` that holds certificates, what a package put, or None."""
        return self._thing(image, paths, CA_PACKAGES)

    def tzdata(self, image: StageImage, folders: tuple[str, ...]) -> str | MaybeUnknown | None:
        """The first of `folders` with time zones, or None."""
        zones = tuple(f"{folder}/Europe/Berlin" for folder in folders)
        found = self._thing(image, (*folders, *zones), TZ_PACKAGES)
        return found.removesuffix("/Europe/Berlin") if isinstance(found, str) else found

    def _thing(
        self, image: StageImage, paths: tuple[str, ...], names: frozenset[str]
    ) -> str | MaybeUnknown | None:
        packaged = has_package(image.installed, names)
        if packaged is True:
            return paths[0]
        answers = [packaged, *self._each(image, paths)]
        if True in answers:
            return paths[answers.index(True) - 1]
        return UNKNOWN if UNKNOWN in answers else None

    def _each(self, image: StageImage, paths: tuple[str, ...]) -> Iterator[bool | MaybeUnknown]:
        for path in paths:
            arrivals = [self.arrives(copied, path) for copied in image.copied]
            if True in arrivals:
                yield True
            elif UNKNOWN in arrivals or _may_bring(image, path):
                yield UNKNOWN
            else:
                yield False


def _may_bring(image: StageImage, path: str) -> bool:
    """Whether a RUN that is not played through, or a link to a folder, may put a file there."""
    return any(not ran.known for ran in image.ran) or Links(image.ran).may_lead(path)
