"""A stage worked out: what each instruction leaves in the image, as BuildKit would have it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from linkcheck.gate.copies import USUAL_FOLDERS, Here, copies
from linkcheck.gate.doings import makes_home
from linkcheck.gate.reader import DockerfileError, json_form, read_source
from linkcheck.gate.runs import commands, packages, removed
from linkcheck.gate.stages import Arguments, arg_pairs, expanded, origin_of
from linkcheck.gate.words import split_words
from linkcheck.model.provides import UNKNOWN, MaybeUnknown
from linkcheck.model.stageimage import (
    Copied,
    Installed,
    Invocation,
    LeftOut,
    Line,
    Pinning,
    Ran,
    Setting,
    StageImage,
)

if TYPE_CHECKING:
    from linkcheck.gate.context import Context
    from linkcheck.model.dockerfile import Dockerfile, Instruction, Stage

DEFAULT_SHELL: Final = ("/bin/sh", "-c")
MAX_STAGES: Final = 200
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def work_out(
    dockerfile: Dockerfile,
    stage: Stage,
    args: Arguments,
    context: Context | None,
    has_usual_folders: Callable[[str], bool | MaybeUnknown],
) -> StageImage:
    """The image of `stage` with all that the stages hold that it stands on.

    `has_usual_folders` says of a base whether it has the folders of a distribution.
    Raises DockerfileError for a file that BuildKit would refuse.
    """
    if len(dockerfile.stages) > MAX_STAGES:
        raise DockerfileError(
            f"{dockerfile.path}: more than {MAX_STAGES} stages", next_step="split the file"
        )
    chain = [stage]
    origin = origin_of(dockerfile, stage, args)
    while origin.stage is not None:
        chain.append(dockerfile.stages[origin.stage])
        origin = origin_of(dockerfile, chain[-1], args)
    root = chain[-1]
    base = Pinning(
        origin.ref,
        _line(dockerfile, root.origin),
        origin.platform,
        origin.platform_text,
        origin.missing,
    )
    worker = _Worker(dockerfile, args, context, lambda: has_usual_folders(origin.ref))
    for one in reversed(chain):
        worker.stage(one)
    return worker.image(stage, base)


def _line(dockerfile: Dockerfile, instruction: Instruction) -> Line:
    return Line(dockerfile.path, instruction.line, instruction.end_line)


class _Worker:
    """The state of the image between two instructions."""

    def __init__(
        self,
        dockerfile: Dockerfile,
        args: Arguments,
        context: Context | None,
        has_usual_folders: Callable[[], bool | MaybeUnknown],
    ) -> None:
        self._has_usual_folders = has_usual_folders
        self._file = dockerfile
        self._args = args
        self._context = context
        self._environment: dict[str, Setting] = {}
        self._arguments: dict[str, Setting] = {}
        self._copied: list[Copied] = []
        self._left_out: list[LeftOut] = []
        self._installed: list[Installed] = []
        self._ran: list[Ran] = []
        self._shell: tuple[str, ...] = DEFAULT_SHELL
        self._shells: list[Invocation] = []
        self._entrypoint: Invocation | None = None
        self._command: Invocation | None = None
        self._healthcheck: Invocation | None = None
        self._user: Setting | None = None
        self._workdir: Setting | None = None
        self._volumes: list[Setting] = []
        self._onbuild: list[Line] = []
        self._triggers: list[Instruction] = []
        self._index = 0
        self._line = 0

    def stage(self, stage: Stage) -> None:
        self._arguments, self._index, self._shell = {}, stage.number, DEFAULT_SHELL
        # BuildKit runs those of the stage just below, and no stage inherits them (convert.go)
        triggers, self._triggers, self._onbuild = self._triggers, [], []
        for instruction in (*triggers, *stage.instructions):
            handler = _HANDLERS.get(instruction.keyword)
            self._line = instruction.line
            if handler is not None:
                handler(self, instruction)

    def image(self, stage: Stage, base: Pinning) -> StageImage:
        return StageImage(
            number=stage.number,
            name=stage.name,
            base=base,
            origin=_line(self._file, stage.origin),
            copied=tuple(self._copied),
            installed=tuple(self._installed),
            ran=tuple(self._ran),
            environment=dict(self._environment),
            arguments=dict(self._arguments),
            entrypoint=self._entrypoint,
            command=self._command,
            healthcheck=self._healthcheck,
            user=self._user,
            workdir=self._workdir,
            shells=tuple(self._shells),
            onbuild=tuple(self._onbuild),
            left_out=tuple(self._left_out),
            volumes=tuple(self._volumes),
        )

    def at(self, instruction: Instruction) -> Line:
        return _line(self._file, instruction)

    def lookup(self, name: str) -> str | None:
        """ENV wins over ARG; PATH has the value that an image without one gets."""
        found = self._environment.get(name) or self._arguments.get(name)
        return found.value if found else PATH if name == "PATH" else None

    def expanded(self, text: str) -> str:
        return expanded(self._file, self._line, text, self.lookup)

    def folder(self) -> str:
        return self._workdir.value if self._workdir else "/"

    def is_folder(self, path: str) -> bool | MaybeUnknown:
        """Whether there is a folder at `path` by now, made by these stages or of the base."""
        made = [one.value for one in (self._workdir, *self._volumes) if one]
        made += [w for ran in self._ran if ran.words[:1] == ("mkdir",) for w in ran.words[1:]]
        made += [posixpath.dirname(copied.place) for copied in self._copied]
        if any(f"{place.rstrip('/')}/".startswith(f"{path}/") for place in made):
            return True
        if path in USUAL_FOLDERS:
            return self._has_usual_folders()
        return (
            UNKNOWN if any(not ran.known or makes_home(ran, path) for ran in self._ran) else False
        )

    def volume(self, instruction: Instruction) -> None:
        paths = (posixpath.normpath(self.expanded(word)) for word in instruction.words)
        self._volumes += [Setting(path, self.at(instruction)) for path in paths]

    def arg(self, instruction: Instruction) -> None:
        for name, default in arg_pairs(instruction):
            given: Mapping[str, str] = self._args.given
            value = given.get(name)
            own = value is None and default is not None
            if value is None:
                value = self.expanded(default) if default is not None else self._inherited(name)
            if value is not None:
                self._arguments[name] = Setting(value, self.at(instruction), own)

    def _inherited(self, name: str) -> str | None:
        return self._args.values.get(name, self._args.platforms.get(name))

    def env(self, instruction: Instruction) -> None:
        words, at = split_words(instruction.args, self._file.escape), self.at(instruction)
        if "=" not in words[0]:
            name, _, value = re.sub(r"\s+", " ", instruction.args).partition(" ")
            if not value:
                raise DockerfileError(
                    f"{at.path}:{at.line}: ENV must have two arguments",
                    next_step="write NAME=value",
                )
            self._environment[name] = Setting(self.expanded(value), at)
            return
        new = {}  # all values of one ENV see the state before it
        for word in words:
            name, equals, value = word.partition("=")
            if not equals:
                raise DockerfileError(
                    f"{at.path}:{at.line}: ENV: {word!r} is not of the form NAME=value",
                    next_step="quote the value",
                )
            new[self.expanded(name)] = Setting(self.expanded(value), at)
        self._environment.update(new)

    def copy(self, instruction: Instruction) -> None:
        found = copies(
            instruction,
            self.at(instruction),
            Here(self.folder(), self.expanded, self.is_folder),
            self._file,
            self._index,
            self._context,
        )
        owner = self.expanded(instruction.flag("chown") or "")
        chmod = instruction.flag("chmod") or ""
        excludes = tuple(map(self.expanded, instruction.flag_values("exclude")))
        for one in found:
            if isinstance(one, LeftOut):
                self._left_out.append(one)
            else:
                self._copied.append(one._replace(owner=owner, chmod=chmod, excludes=excludes))

    def run(self, instruction: Instruction) -> None:
        for found in commands(instruction, self.at(instruction)):
            ran = found._replace(shell=self._shell, stage=self._index)
            self._ran.append(ran)
            gone = removed(ran)
            kept = (one for one in self._installed if not {one.name, one.group} & gone)
            self._installed = [*kept, *packages(ran)]

    def workdir(self, instruction: Instruction) -> None:
        path = posixpath.normpath(posixpath.join(self.folder(), self.expanded(instruction.args)))
        self._workdir = Setting(path, self.at(instruction))

    def user(self, instruction: Instruction) -> None:
        user = Setting(self.expanded(instruction.args), self.at(instruction))
        self._user = user if user.value else None

    def shell(self, instruction: Instruction) -> None:
        if not instruction.json:
            at = self.at(instruction)
            raise DockerfileError(
                f"{at.path}:{at.line}: SHELL requires the arguments to be in JSON form",
                next_step='write SHELL ["/bin/sh", "-c"]',
            )
        self._shell = instruction.words
        self._shells.append(Invocation(instruction.words, False, self.at(instruction)))

    def _invocation(self, instruction: Instruction, args: str) -> Invocation:
        words = json_form(args)
        if words is None:
            return Invocation((args,), True, self.at(instruction), self._shell)
        return Invocation(words, False, self.at(instruction), self._shell)

    def entrypoint(self, instruction: Instruction) -> None:
        """An ENTRYPOINT drops a CMD of the base, not one of this file's stages."""
        found = self._invocation(instruction, instruction.args)
        self._entrypoint = found if any(found.words) else None

    def cmd(self, instruction: Instruction) -> None:
        found = self._invocation(instruction, instruction.args)
        self._command = found if any(found.words) else None

    def healthcheck(self, instruction: Instruction) -> None:
        kind, _, rest = instruction.args.partition(" ")
        if kind.upper() == "NONE":
            self._healthcheck = None
        elif kind.upper() == "CMD" and rest.strip():
            self._healthcheck = self._invocation(instruction, rest.strip())
        else:
            at = self.at(instruction)
            raise DockerfileError(
                f"{at.path}:{at.line}: unknown type {kind!r} in HEALTHCHECK (try CMD)",
                next_step="write HEALTHCHECK CMD ... or HEALTHCHECK NONE",
            )

    def onbuild(self, instruction: Instruction) -> None:
        self._onbuild.append(self.at(instruction))
        for trigger in read_source(instruction.args, self._file.path).instructions:
            first, last = instruction.line, instruction.end_line
            self._triggers.append(trigger._replace(line=first, end_line=last))


_HANDLERS: Final[Mapping[str, Callable[[_Worker, Instruction], None]]] = {
    "ADD": _Worker.copy,
    "ARG": _Worker.arg,
    "CMD": _Worker.cmd,
    "COPY": _Worker.copy,
    "ENTRYPOINT": _Worker.entrypoint,
    "ENV": _Worker.env,
    "HEALTHCHECK": _Worker.healthcheck,
    "ONBUILD": _Worker.onbuild,
    "RUN": _Worker.run,
    "SHELL": _Worker.shell,
    "USER": _Worker.user,
    "VOLUME": _Worker.volume,
    "WORKDIR": _Worker.workdir,
}
