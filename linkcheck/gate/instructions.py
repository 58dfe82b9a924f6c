"""What each instruction does to the image, as BuildKit has it (dockerfile2llb/convert.go)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from linkcheck.gate.copies import USUAL_FOLDERS, Here, copies
from linkcheck.gate.doings import makes_home
from linkcheck.gate.links import Links
from linkcheck.gate.reader import DockerfileError, json_form, read_source
from linkcheck.gate.runs import commands, packages, removed
from linkcheck.gate.stages import Arguments, arg_pairs, expanded
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


def line_of(dockerfile: Dockerfile, instruction: Instruction) -> Line:
    """Where `instruction` stands in its file, for a finding to point at."""
    return Line(dockerfile.path, instruction.line, instruction.end_line)


class StageWorker:
    """The state of the image between two instructions, one method for each that changes it."""

    def __init__(
        self,
        dockerfile: Dockerfile,
        args: Arguments,
        context: Context | None,
        has_usual_folders: Callable[[], bool | MaybeUnknown],
        path: Callable[[], str],
    ) -> None:
        self._has_usual_folders = has_usual_folders
        self._path = path
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
        """Do what `stage` says; raises DockerfileError for what BuildKit would refuse."""
        self._arguments, self._index, self._shell = {}, stage.number, DEFAULT_SHELL
        # BuildKit runs those of the stage just below, and no stage inherits them (convert.go)
        triggers, self._triggers, self._onbuild = self._triggers, [], []
        for instruction in (*triggers, *stage.instructions):
            handler = _HANDLERS.get(instruction.keyword)
            self._line = instruction.line
            if handler is not None:
                handler(self, instruction)

    def left(self, stage: Stage, base: Pinning) -> StageImage:
        """What the stages done so far leave, as the image of `stage` on `base`."""
        return StageImage(
            number=stage.number,
            name=stage.name,
            base=base,
            origin=line_of(self._file, stage.origin),
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

    def _at(self, instruction: Instruction) -> Line:
        return line_of(self._file, instruction)

    def _lookup(self, name: str) -> str | None:
        """ENV wins over ARG; PATH is there in any case."""
        found = self._environment.get(name) or self._arguments.get(name)
        return found.value if found else self._path() if name == "PATH" else None

    def _expanded(self, text: str) -> str:
        return expanded(self._file, self._line, text, self._lookup)

    def _folder(self) -> str:
        return self._workdir.value if self._workdir else "/"

    def _is_folder(self, path: str) -> bool | MaybeUnknown:
        """Whether there is a folder at `path` by now, made by these stages or of the base."""
        made = [one.value for one in (self._workdir, *self._volumes) if one]
        made += [w for ran in self._ran if ran.words[:1] == ("mkdir",) for w in ran.words[1:]]
        made += [posixpath.dirname(copied.place) for copied in self._copied]
        if any(f"{place.rstrip('/')}/".startswith(f"{path}/") for place in made):
            return True
        if path in USUAL_FOLDERS:
            return self._has_usual_folders()
        if Links(self._ran).may_lead(path):
            return UNKNOWN
        return (
            UNKNOWN if any(not ran.known or makes_home(ran, path) for ran in self._ran) else False
        )

    def _do_volume(self, instruction: Instruction) -> None:
        paths = (posixpath.normpath(self._expanded(word)) for word in instruction.words)
        self._volumes += [Setting(path, self._at(instruction)) for path in paths]

    def _do_arg(self, instruction: Instruction) -> None:
        for name, default in arg_pairs(instruction):
            given: Mapping[str, str] = self._args.given
            value = given.get(name)
            own = value is None and default is not None
            if value is None:
                value = self._expanded(default) if default is not None else self._inherited(name)
            if value is not None:
                self._arguments[name] = Setting(value, self._at(instruction), own)

    def _inherited(self, name: str) -> str | None:
        return self._args.values.get(name, self._args.platforms.get(name))

    def _do_env(self, instruction: Instruction) -> None:
        words, at = split_words(instruction.args, self._file.escape), self._at(instruction)
        if "=" not in words[0]:
            name, *rest = re.split(r"\s+", instruction.args, maxsplit=1)
            if not rest:
                raise DockerfileError(
                    f"{at.path}:{at.line}: ENV must have two arguments",
                    next_step="write NAME=value",
                )
            self._environment[name] = Setting(self._expanded(rest[0]), at)
            return
        new = {}  # all values of one ENV see the state before it
        for word in words:
            name, equals, value = word.partition("=")
            if not equals:
                raise DockerfileError(
                    f"{at.path}:{at.line}: ENV: {word!r} is not of the form NAME=value",
                    next_step="quote the value",
                )
            new[self._expanded(name)] = Setting(self._expanded(value), at)
        self._environment.update(new)

    def _do_copy(self, instruction: Instruction) -> None:
        found = copies(
            instruction,
            self._at(instruction),
            Here(self._folder(), self._expanded, self._is_folder),
            self._file,
            self._index,
            self._context,
        )
        owner = self._expanded(instruction.flag("chown") or "")
        chmod = instruction.flag("chmod") or ""
        excludes = tuple(map(self._expanded, instruction.flag_values("exclude")))
        for one in found:
            if isinstance(one, LeftOut):
                self._left_out.append(one)
            else:
                self._copied.append(one._replace(owner=owner, chmod=chmod, excludes=excludes))

    def _do_run(self, instruction: Instruction) -> None:
        for found in commands(instruction, self._at(instruction)):
            ran = found._replace(shell=self._shell, stage=self._index)
            self._ran.append(ran)
            gone = removed(ran)
            kept = (one for one in self._installed if not {one.name, one.group} & gone)
            self._installed = [*kept, *packages(ran)]

    def _do_workdir(self, instruction: Instruction) -> None:
        path = posixpath.normpath(posixpath.join(self._folder(), self._expanded(instruction.args)))
        self._workdir = Setting(path, self._at(instruction))

    def _do_user(self, instruction: Instruction) -> None:
        user = Setting(self._expanded(instruction.args), self._at(instruction))
        self._user = user if user.value else None

    def _do_shell(self, instruction: Instruction) -> None:
        if not instruction.json:
            at = self._at(instruction)
            raise DockerfileError(
                f"{at.path}:{at.line}: SHELL requires the arguments to be in JSON form",
                next_step='write SHELL ["/bin/sh", "-c"]',
            )
        self._shell = instruction.words
        self._shells.append(Invocation(instruction.words, False, self._at(instruction)))

    def _invocation(self, instruction: Instruction, args: str) -> Invocation:
        words = json_form(args)
        if words is None:
            return Invocation((args,), True, self._at(instruction), self._shell)
        return Invocation(words, False, self._at(instruction), self._shell)

    def _do_entrypoint(self, instruction: Instruction) -> None:
        """An ENTRYPOINT drops a CMD of the base, not one of this file's stages."""
        found = self._invocation(instruction, instruction.args)
        self._entrypoint = found if any(found.words) else None

    def _do_cmd(self, instruction: Instruction) -> None:
        found = self._invocation(instruction, instruction.args)
        self._command = found if any(found.words) else None

    def _do_healthcheck(self, instruction: Instruction) -> None:
        kind, _, rest = instruction.args.partition(" ")
        if kind.upper() == "NONE":
            self._healthcheck = None
        elif kind.upper() == "CMD" and rest.strip():
            self._healthcheck = self._invocation(instruction, rest.strip())
        else:
            at = self._at(instruction)
            raise DockerfileError(
                f"{at.path}:{at.line}: unknown type {kind!r} in HEALTHCHECK (try CMD)",
                next_step="write HEALTHCHECK CMD ... or HEALTHCHECK NONE",
            )

    def _do_onbuild(self, instruction: Instruction) -> None:
        self._onbuild.append(self._at(instruction))
        for trigger in read_source(instruction.args, self._file.path).instructions:
            first, last = instruction.line, instruction.end_line
            self._triggers.append(trigger._replace(line=first, end_line=last))


_HANDLERS: Final[Mapping[str, Callable[[StageWorker, Instruction], None]]] = {
    "ADD": StageWorker._do_copy,
    "ARG": StageWorker._do_arg,
    "CMD": StageWorker._do_cmd,
    "COPY": StageWorker._do_copy,
    "ENTRYPOINT": StageWorker._do_entrypoint,
    "ENV": StageWorker._do_env,
    "HEALTHCHECK": StageWorker._do_healthcheck,
    "ONBUILD": StageWorker._do_onbuild,
    "RUN": StageWorker._do_run,
    "SHELL": StageWorker._do_shell,
    "USER": StageWorker._do_user,
    "VOLUME": StageWorker._do_volume,
    "WORKDIR": StageWorker._do_workdir,
}
