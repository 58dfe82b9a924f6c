"""A program judged in the file system of an image: the very files, whatever its layers were."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from linkcheck.advise import judge, needs_of
from linkcheck.binary.read import read_bytes
from linkcheck.errors import NotAProgramError, UnreadableFileError
from linkcheck.images.image_base import ImageRoot
from linkcheck.images.image_settings import ImageSettings
from linkcheck.images.observe import observe
from linkcheck.images.root import NoEntry
from linkcheck.images.root_view import RootView
from linkcheck.loader import LoadOptions, load_in
from linkcheck.loader.kernel import compatible_hosts
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.needs import Need
from linkcheck.model.provides import BaseImage
from linkcheck.model.report import Subject
from linkcheck.model.verdicts import Verdict
from linkcheck.rules import RuleContext, run_rules

if TYPE_CHECKING:
    from linkcheck.model.library import LibraryView


class FilesBase:
    """The files of an image as a base, with the environment that `settings` give to every start.

    It takes programs of the platform of `settings`, of any where these do not tell.
    """

    def __init__(self, root: ImageRoot, ref: str, settings: ImageSettings) -> None:
        self._platform = settings.platform
        self._view = RootView(root)
        provides = observe(root, self._view, settings.environment)
        if settings.platform:
            provides = provides._replace(platforms=(settings.platform,))
        environment = tuple(settings.environment.items())
        self.image = BaseImage(ref, ref, ref, provides, "root", environment=environment)

    def view(self, platform: str) -> LibraryView | None:
        """See `ResolvedBase.view`."""
        return self._view if not self._platform or fits(platform, self._platform) else None


class Inside(NamedTuple):
    """A program of an image with the answer about it."""

    facts: BinaryFacts
    needs: tuple[Need, ...]
    verdict: Verdict


def fits(program: str, image: str) -> bool:
    """Whether the machine of an image's platform runs a program of the platform `program`."""
    hosts = (program, *compatible_hosts(program))
    return image.split("/")[:2] in [host.split("/")[:2] for host in hosts]


def judge_facts(facts: BinaryFacts, base: FilesBase) -> Inside:
    """The program of `facts`, whose path is that in the image, on `base`."""
    options = LoadOptions(program=facts.path)
    needs = needs_of(facts)
    verdict = judge(facts, needs, base.image, load_in(facts, base, options))
    return Inside(facts, needs, verdict._replace(trace=()))


def subject_of(inside: Inside, base: FilesBase) -> Subject:
    """The same with what the rules say, for a report."""
    pair = (base.image, inside.verdict)
    context = RuleContext(inside.facts, inside.needs, (pair,), frozenset({base.image.ref}))
    return Subject(inside.facts, inside.needs, run_rules(context), (inside.verdict,), None)


def read_inside(root: ImageRoot, path: str) -> BinaryFacts:
    """What the program at `path` of an image says of itself. Raises what `read_facts` raises."""
    entry = root.entry(path)
    if isinstance(entry, NoEntry):
        raise UnreadableFileError(f"{root.title}: {path}: {entry.why}", next_step="check the image")
    if entry.size == 0:
        raise NotAProgramError(f"{root.title}: {path}: it is empty", next_step="check the image")
    try:
        with root.mapped(entry) as data:
            facts = read_bytes(path, data, entry.size)
    except OSError as error:
        raise UnreadableFileError(
            f"{root.title}: {path} can't be read: {error}", next_step="check the image"
        ) from error
    return facts._replace(mode=entry.mode)
